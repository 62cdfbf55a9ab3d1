"""Make the state of an older version, from which the upgrade test begins.

    python scripts/old_state.py COMMIT tests/upgrade/NAME.sql.gz

The commit's own code, in a folder of its own, makes a database with people, a team, a project,
runs and points; what pg_dump says of it is written down. It runs on the packages of today's .venv.
"""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "platform"))

from ahnb_platform.backups.tools import run_program  # noqa: E402
from ahnb_platform.database import embedded  # noqa: E402
from ahnb_platform.database.cluster import DATABASE, ROLE  # noqa: E402
from ahnb_platform.database.places import Places  # noqa: E402

# Told by the numbers alone, so that the test knows them as well.
SEED = """
import django
django.setup()
from tests.cast import log_points, make_person, make_project, make_run, make_team
from runs import services
alice, bob = make_person("alice@example.org", "Alice"), make_person("bob@example.org", "Bob")
alice.set_password("a long password of alice")
alice.save()
project = make_project(make_team("vision", alice, editors=[bob]), "digits", alice, name="Digits")
for number, size in ((1, 30), (2, 20_000)):
    run = make_run(project, bob, name=f"run {number}", tags=["old"])
    for part in range(3):
        values = [number + (part * size + step) / 7 for step in range(size)]
        log_points(run, {f"loss_{part}": values})
    log_points(run, {"odd": [float("nan"), 1e308, 5e-324]})
    events = [
        {"kind": "params", "data": {"lr": 0.1 * number, "layers": [1, 2]}},
        {"kind": "note", "data": {"text": "written by the old version"}},
        {"kind": "status", "data": {"status": "finished"}},
    ]
    batch = {"writer": "00000000-0000-4000-8000-000000000001", "seq": 1, "events": events}
    services.store_batch(run=run, batch=batch, by=bob)
"""


def run_old(tree: Path, data: Path, *words: str) -> None:
    """A Python of today with the code of then."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(tree), str(tree / "platform"))),
        "DJANGO_SETTINGS_MODULE": "ahnb_platform.settings",
        "AHNB_DATA_DIR": str(data),
    }
    subprocess.run([sys.executable, *words], cwd=tree, env=environment, check=True)


def dumped(data: Path, target: Path) -> None:
    places = Places(data)
    embedded.ensure_running(places)
    try:
        plain = data / "dump.sql"
        where = f"host={places.sockets} user={ROLE} dbname={DATABASE}"
        options = ("--no-owner", "--no-privileges", f"--file={plain}")
        run_program("pg_dump", f"--dbname={where}", *options)
        with gzip.GzipFile(target, "wb", mtime=0) as packed:
            packed.write(plain.read_bytes())
    finally:
        embedded.release(places, seconds=30)


def main() -> None:
    commit, target = sys.argv[1], Path(sys.argv[2]).absolute()
    with tempfile.TemporaryDirectory(prefix="ahnb-old-") as folder:
        tree, data = Path(folder) / "tree", Path(folder) / "data"
        command = ["git", "archive", commit]
        packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(tree, filter="data")
        run_old(tree, data, "manage.py", "migrate", "--verbosity=0")
        run_old(tree, data, "-c", SEED)
        dumped(data, target)


if __name__ == "__main__":
    main()
