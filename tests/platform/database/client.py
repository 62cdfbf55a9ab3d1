"""A program that uses the database, for tests to start and kill.

    python client.py DATA_DIRECTORY [django]

Each line of standard input is one statement, each line of standard output its answer in JSON:
rows, null without rows, or {"error": class, "text": message}. The line "fork" hands both over to
a child and ends the parent. With `django` it connects through our backend, as commands of the
server do; without, it does the same work in a quarter of the time that Django needs to load.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "platform"))

from ahnb_platform.database import embedded
from ahnb_platform.database.cluster import DATABASE, ROLE
from ahnb_platform.database.errors import DatabaseError
from ahnb_platform.database.places import Places

# Imported by name, as it comes without types.
psycopg2 = importlib.import_module("psycopg2")


def rows(cursor: Any, statement: str) -> object:
    cursor.execute(statement)
    return cursor.fetchall() if cursor.description else None


def answer_plainly(statement: str) -> object:
    """Through a connection of its own."""
    places = Places(Path(sys.argv[1]))
    try:
        embedded.ensure_running(places)
        connection = psycopg2.connect(host=str(places.sockets), dbname=DATABASE, user=ROLE)
        connection.autocommit = True
        with connection.cursor() as cursor:
            return rows(cursor, statement)
    except (DatabaseError, psycopg2.Error) as error:
        return {"error": type(error).__name__, "text": str(error)}


def django_answer() -> Callable[[str], object]:
    """Through Django's connection, as between two requests."""
    os.environ["AHNB_DATA_DIR"] = sys.argv[1]
    from django import db
    from django.conf import settings

    from ahnb_platform.database.config import database_config

    settings.configure(DATABASES={"default": database_config()}, USE_TZ=True)

    def answer(statement: str) -> object:
        try:
            db.connection.close_if_unusable_or_obsolete()
            with db.connection.cursor() as cursor:
                return rows(cursor, statement)
        except db.DatabaseError as error:
            return {"error": type(error).__name__, "text": str(error)}

    return answer


def main() -> None:
    answer = django_answer() if sys.argv[2:] == ["django"] else answer_plainly
    for line in sys.stdin:
        if line != "fork\n":
            print(json.dumps(answer(line)), flush=True)
        elif os.fork():
            os._exit(0)


if __name__ == "__main__":
    main()
