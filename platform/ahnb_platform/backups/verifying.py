"""Checks a base backup against the manifest that PostgreSQL wrote with it.

The same checks as `pg_verifybackup` makes: the manifest's own checksum, each file's size and
SHA-256, no file beside those, and that the log which makes the copy whole can be read to its end.
That program itself crashes at its start as the wheel of PostgreSQL 18 ships it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from .errors import BackupError
from .layout import sha256_of
from .tools import run_program

MANIFEST = "backup_manifest"
LOG = "pg_wal"
# Written by whoever restores, or not part of what is listed.
UNLISTED = {MANIFEST, "postgresql.auto.conf", "recovery.signal", "standby.signal"}


def verify_base(cluster: Path) -> None:
    """Return if the copy of the cluster is whole and unchanged.

    Raises:
        BackupError: it is not; the text names the first fault.
    """
    manifest = _manifest(cluster / MANIFEST)
    listed = {entry["Path"]: entry for entry in manifest["Files"]}
    if beside := sorted(_present(cluster) - listed.keys()):
        raise BackupError(f"{cluster} is damaged: {beside[0]} was added")
    for name, entry in listed.items():
        _check_file(cluster, name, entry)
    for stretch in manifest["WAL-Ranges"]:
        _check_log(cluster, stretch)


def _manifest(path: Path) -> Any:
    try:
        raw = path.read_bytes()
        manifest = json.loads(raw)
        end = raw.rindex(b'"Manifest-Checksum"')
    except FileNotFoundError:
        raise BackupError(f"{path.parent} is no base backup: it has no {MANIFEST}") from None
    except ValueError as error:
        raise BackupError(f"{path} cannot be read ({error})") from error
    if hashlib.sha256(raw[:end]).hexdigest() != manifest["Manifest-Checksum"]:
        raise BackupError(f"{path} is damaged: its own checksum differs")
    return manifest


def _present(cluster: Path) -> set[str]:
    """Every file that should be listed."""
    files = (path for path in cluster.rglob("*") if path.is_file())
    names = {path.relative_to(cluster).as_posix() for path in files}
    return {name for name in names if not name.startswith(f"{LOG}/")} - UNLISTED


def _check_file(cluster: Path, name: str, entry: dict[str, Any]) -> None:
    path = cluster / name
    if not path.is_file():
        raise BackupError(f"{cluster} is damaged: {name} is missing")
    if name == "postgresql.auto.conf":
        return
    if path.stat().st_size != entry["Size"] or sha256_of(path) != entry["Checksum"]:
        raise BackupError(f"{cluster} is damaged: {name} has changed")


def _check_log(cluster: Path, stretch: dict[str, Any]) -> None:
    run_program(
        "pg_waldump",
        "--quiet",
        f"--path={cluster / LOG}",
        f"--timeline={stretch['Timeline']}",
        f"--start={stretch['Start-LSN']}",
        f"--end={stretch['End-LSN']}",
    )
