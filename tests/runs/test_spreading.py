"""The heavy tables can be spread over machines by project, as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from runs.models import RunLocator
from runs.spreading import COLUMN, heavy_tables

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
CITUS = os.environ.get("AHNB_TEST_CITUS_URL", "")
UNIQUE = """
    SELECT i.indexrelid::regclass::text, array_agg(a.attname::text)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
    WHERE i.indrelid = %s::regclass AND i.indisunique GROUP BY 1
"""
FOREIGN = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'f' AND (conrelid = %s::regclass OR confrelid = %s::regclass)
"""
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
SEQUENCES = """
    SELECT attname FROM pg_attribute a LEFT JOIN pg_attrdef d
        ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %s::regclass
        AND (attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval%%')
"""


def rows(statement: str, *arguments: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        found: list[tuple[object, ...]] = cursor.fetchall()
        return found


@pytest.mark.parametrize("table", heavy_tables())
def test_a_heavy_table_can_be_spread(table: str) -> None:
    keys = rows(UNIQUE, table)
    assert keys
    assert [name for name, columns in keys if COLUMN not in columns] == []  # type: ignore[operator]
    assert rows(FOREIGN, table, table) == []
    assert rows(TRIGGERS, table) == []
    assert rows(SEQUENCES, table) == []


def test_one_small_table_says_where_a_run_is() -> None:
    table = RunLocator._meta.db_table
    assert table not in heavy_tables()
    assert rows(FOREIGN, table, table) == rows(SEQUENCES, table) == []


def test_a_postgresql_without_citus_is_told_so() -> None:
    with pytest.raises(CommandError, match="This PostgreSQL has no Citus"):
        call_command("distribute")


@pytest.mark.skipif(not CITUS, reason="AHNB_TEST_CITUS_URL names no cluster")
def test_a_cluster_takes_the_tables_and_serves_runs(tmp_path: Path) -> None:
    """Into an empty database of the cluster: migrations, distribution, runs with points, again."""

    def manage(*words: str) -> str:
        told = {**os.environ, "DATABASE_URL": CITUS, "AHNB_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=told, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("migrate", "--no-input")
    assert manage("distribute").count("is spread") == len(heavy_tables()) + 1
    assert "spread already" in manage("distribute")
    manage("adduser", "ada@example.org", "--team", "vision", "--role", "owner")
    manage("addproject", "vision/digits")
    manage("seedruns", "vision/digits", "200")
    count = "from runs.models import Run; print(Run.objects.count())"
    assert manage("shell", "--no-imports", "-c", count).split() == ["200"]
    manage("lint")
