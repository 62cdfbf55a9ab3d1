"""A program that uses the database as any command of the server does, for tests to start and kill.

    python client.py DATA_DIRECTORY

Each line of standard input is one statement, each line of standard output its answer in JSON:
rows, null without rows, or {"error": class, "text": message}. The line "fork" hands both over to
a child and ends the parent.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "platform"))
os.environ["AHNB_DATA_DIR"] = sys.argv[1]

import django
from django.conf import settings
from django.db import DatabaseError, connection

from ahnb_platform.database.config import database_config


def answer(statement: str) -> object:
    try:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    except DatabaseError as error:
        return {"error": type(error).__name__, "text": str(error)}


def main() -> None:
    settings.configure(DATABASES={"default": database_config()}, USE_TZ=True)
    django.setup()
    for line in sys.stdin:
        if line == "fork\n":
            connection.close()
            if os.fork():
                os._exit(0)
            continue
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
