"""Base backups of the embedded PostgreSQL, and recovery to a moment out of them and its archive.

A base backup is the cluster's files with the log that makes them whole, checked against its
manifest. Recovery copies them into an empty data directory and lets PostgreSQL replay the archived
log up to the moment that is asked for.
"""

import contextlib
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from ..database import embedded
from ..database.archiving import command_to_restore
from ..database.cluster import DATABASE, SUPERUSER, check_version, sync_folder
from ..database.errors import DatabaseError
from ..database.places import Places
from .errors import BackupError
from .tools import run_program
from .verifying import verify_base

CLUSTER = "postgresql"
SETTINGS = "postgresql.auto.conf"
RECOVERY_SECONDS = 3600.0


def make_base_backup(target: Path, places: Places) -> None:
    """Copy the running cluster into `target`, and verify the copy.

    Raises:
        BackupError: the target is there, or one of PostgreSQL's programs failed.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: nothing was changed")
    _running(places)
    side = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700, parents=True)
    try:
        run_program(
            "pg_basebackup",
            f"--host={places.sockets}",
            f"--username={SUPERUSER}",
            f"--pgdata={side / CLUSTER}",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
        )
        verify_base(side / CLUSTER)
        side.rename(target)
    finally:
        shutil.rmtree(side, ignore_errors=True)


def recover(base: Path, archive: Path, places: Places, *, to: datetime | None) -> datetime | None:
    """Make the cluster of an empty data directory what it was at a moment.

    Args:
        base: a base backup that ended before the moment.
        archive: where the log was archived (`AHNB_WAL_ARCHIVE`).
        places: of a data directory without a cluster.
        to: the moment; None replays all that the archive has.

    Returns:
        When the last transaction was committed that was replayed, if any was.

    Raises:
        BackupError: a cluster is there, the base backup is broken, or the archive does not reach
            up to the moment; then nothing is left behind.
    """
    if places.cluster.exists():
        raise BackupError(f"{places.cluster} is there already: nothing was changed")
    verify_base(base / CLUSTER)
    check_version(base / CLUSTER)
    _lay_out(base / CLUSTER, archive, places, to)
    try:
        _running(places)
        last = _await_promotion(places)
    except BaseException:
        embedded.discard(places)
        raise
    _settle(places)
    return last


def _running(places: Places) -> None:
    try:
        embedded.ensure_running(places)
    except DatabaseError as error:
        raise BackupError(_reason(str(error), places)) from error


def _reason(said: str, places: Places) -> str:
    """What PostgreSQL's log says of a recovery that ended too early, else what was said."""
    early = "recovery ended before configured recovery target was reached"
    with contextlib.suppress(OSError):
        if early in places.log.read_text(errors="replace")[-20_000:]:
            return "The archive ends before that moment: choose an earlier one, or none for all"
    return said


def _lay_out(cluster: Path, archive: Path, places: Places, to: datetime | None) -> None:
    """Copy the base backup in a side folder, ask for recovery, and give it its name."""
    places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    side = places.unfinished
    shutil.rmtree(side, ignore_errors=True)
    try:
        shutil.copytree(cluster, side, symlinks=True)
        side.chmod(0o700)
        with (side / SETTINGS).open("a") as settings:
            settings.writelines(f"{line}\n" for line in _recovery_settings(archive, to))
        (side / "recovery.signal").touch()
        side.rename(places.cluster)
        sync_folder(places.data)
    except OSError as error:
        shutil.rmtree(side, ignore_errors=True)
        raise BackupError(f"The cluster cannot be laid out ({error})") from error


def _recovery_settings(archive: Path, to: datetime | None) -> list[str]:
    lines = [f"restore_command = '{command_to_restore(archive)}'"]
    if to is not None:
        lines.append(f"recovery_target_time = '{to.astimezone(UTC).isoformat()}'")
        lines.append("recovery_target_action = 'promote'")
    return lines


def _await_promotion(places: Places) -> datetime | None:
    """Until the cluster takes writes; when the last replayed transaction was committed."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    last: datetime | None = None
    while time.monotonic() < deadline:
        try:
            recovering, seen = _progress(places)
            last = seen or last
            if not recovering:
                return last
        except psycopg2.OperationalError:
            # It ends by itself where the archive is too short; the keeper then tells why.
            _running(places)
            if reason := _reason("", places):
                raise BackupError(reason) from None
        time.sleep(0.1)
    raise BackupError("PostgreSQL still recovers after an hour")


def _progress(places: Places) -> tuple[bool, datetime | None]:
    """Whether it still recovers, and when the last replayed transaction was committed."""
    with contextlib.closing(_connected(places)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()")
        recovering, seen = cursor.fetchone()
        return recovering, seen


def _connected(places: Places) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=str(places.sockets), user=SUPERUSER, dbname=DATABASE)


def _settle(places: Places) -> None:
    """Take the recovery's settings away again, so that a later start knows nothing of them."""
    with contextlib.closing(_connected(places)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for name in ("restore_command", "recovery_target_time", "recovery_target_action"):
                cursor.execute(f"ALTER SYSTEM RESET {name}")
