"""The look at migrations bites: each that would stop ingestion is told, by name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "{last}")]
    operations = [{operation}]
"""
STOPS = {
    "9000_required": 'migrations.AddField("run", "more", models.TextField(default=""))',
    "9001_removed": 'migrations.RemoveField("run", "notes")',
    "9002_index": (
        'migrations.AddIndex("metrictail", models.Index(fields=["project_id"], name="one_more"))'
    ),
    "9003_renamed": 'migrations.RenameField("metricstate", "drains", "drained")',
}


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with settings whose `runs` has each of these migrations, one after another."""
    package = shutil.copytree(ROOT / "runs/migrations", tmp_path / "planted_migrations")
    last = max(path.stem for path in package.glob("[0-9]*.py"))
    for name, operation in STOPS.items():
        (package / f"{name}.py").write_text(PLANTED.format(last=last, operation=operation))
        last = name
    (tmp_path / "planted_settings.py").write_text(
        "from ahnb_platform.settings import *\nMIGRATION_MODULES = {'runs': 'planted_migrations'}\n"
    )
    return tmp_path


def test_each_migration_that_would_stop_ingestion_is_told(planted: Path) -> None:
    path = os.pathsep.join(map(str, (planted, ROOT, ROOT / "platform")))
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/lint_migrations.py"],
        env={**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "planted_settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = [name for name in STOPS if f"(runs, {name})" in done.stdout]
    assert told == list(STOPS), done.stdout
    assert "(accounts," not in done.stdout  # what was accepted is not told again
