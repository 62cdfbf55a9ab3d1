"""The next version of the server's tables, and somebody who is in the way of its migration."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from .servers.process import ROOT

PACKAGE = "runs_of_tomorrow"
# What of a migration changes tables that are in use.
MIGRATION = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("runs", "{last}")]
    operations = [
        migrations.AddField("run", "one_more", models.TextField(default="", db_default="")),
        migrations.AddField("metricstate", "one_more", models.BigIntegerField(null=True)),
        AddIndexConcurrently(
            "metrictail", models.Index(fields=["project_id", "tier"], name="one_more_index")
        ),
        migrations.CreateModel("Another", [("id", models.BigAutoField(primary_key=True))]),
    ]
"""


def next_version(folder: Path) -> str:
    """Write the package `runs_of_tomorrow` into a folder: the app's migrations and one more.

    Returns:
        The name of today's last migration.
    """
    ignored = shutil.ignore_patterns("__pycache__")
    package = shutil.copytree(ROOT / "runs/migrations", folder / PACKAGE, ignore=ignored)
    last = max(path.stem for path in package.glob("[0-9]*.py"))
    (package / "9000_one_more.py").write_text(MIGRATION.format(last=last))
    return last


class Sitting(threading.Thread):
    """Somebody whose long look at a table is in the migration's way.

    Args:
        connect: makes a connection of psycopg2.
        seconds: how long the transaction lasts; `looks` is set once it has begun.
    """

    def __init__(self, connect: Callable[[], Any], seconds: float) -> None:
        super().__init__()
        self.connect, self.seconds, self.looks = connect, seconds, threading.Event()

    def run(self) -> None:
        with closing(self.connect()) as own, own.cursor() as cursor:
            cursor.execute("BEGIN; SELECT count(*) FROM runs_run")
            self.looks.set()
            time.sleep(self.seconds)
            cursor.execute("ROLLBACK")
