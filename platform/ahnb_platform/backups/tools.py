"""PostgreSQL's programs, run on a database as Django knows it."""

import subprocess
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import make_dsn

from ..database.cluster import clean_environment, programs
from ..database.errors import DatabaseError
from .errors import BackupError

# Of Django's connection parameters, those that libpq does not know.
FOREIGN = {"client_encoding", "cursor_factory", "password"}


def address_of(database: BaseDatabaseWrapper) -> tuple[str, dict[str, str]]:
    """How libpq reaches the database: its words, and the environment with the password."""
    given = database.get_connection_params()
    words = {name: value for name, value in given.items() if name not in FOREIGN}
    environment = dict(clean_environment())
    if password := given.get("password"):
        environment["PGPASSWORD"] = str(password)
    return str(make_dsn(**words)), environment


def run_tool(database: BaseDatabaseWrapper, name: str, *arguments: str) -> None:
    """Run `pg_dump` or `pg_restore` on the database.

    Raises:
        BackupError: it failed; the text has its last words.
    """
    # Whoever connects for the first time starts the embedded server.
    database.ensure_connection()
    address, environment = address_of(database)
    run_program(name, f"--dbname={address}", *arguments, environment=environment)


def run_program(
    name: str, *arguments: str, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> None:
    """Run one of PostgreSQL's programs to its end.

    Raises:
        BackupError: it failed, or is not installed.
    """
    try:
        program = programs() / name
    except DatabaseError as error:
        raise BackupError(str(error)) from error
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment or dict(clean_environment()),
        cwd=cwd,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise BackupError(f"{name} failed: {said[0] if said else 'it said nothing'}")
