"""What lies where in a backup.

manifest.json       version, migrations, rows of each table, settings, and each file's SHA-256
database/           what pg_dump wrote, in its directory format
files/ab/abcd…      what the storage held, each content once, named by its SHA-256
secret_key          only where it was asked for
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files"
SECRET_KEY = "secret_key"  # noqa: S105 - the name of a file


@dataclass
class Manifest:
    """What a backup says of itself.

    Attributes:
        format: of the backup.
        version: of the server that made it.
        made_at: when its snapshot was taken, in ISO 8601.
        migrations: of each app, those that its database had.
        rows: of each table, how many it had.
        digests: of each table, the hash of its rows, where that was asked for.
        settings: variables of the environment that are no secrets.
        stored: the path of each file in the storage, and the SHA-256 under which it is kept.
        sha256: of each other file of the backup.
    """

    version: str
    made_at: str
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    digests: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Hash what lies in the folder and write it down; the last step of a backup."""
    manifest.sha256 = {name: sha256_of(folder / name) for name in _listed(folder)}
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a whole, unchanged backup.

    Raises:
        BackupError: there is none, it is broken, or a file is missing, added or changed.
    """
    manifest = _read(folder)
    if set(manifest.sha256) != set(_listed(folder)):
        odd = sorted(set(manifest.sha256) ^ set(_listed(folder)))
        raise BackupError(f"The backup in {folder} is not whole: {odd[0]} is missing or added")
    for name, sha256 in manifest.sha256.items():
        if sha256_of(folder / name) != sha256:
            raise BackupError(f"The backup in {folder} is damaged: {name} has changed")
    for path, sha256 in manifest.stored.items():
        kept = folder / file_place(sha256)
        if not kept.is_file() or sha256_of(kept) != sha256:
            raise BackupError(f"The backup in {folder} is damaged: {path} is missing or changed")
    return manifest


def _read(folder: Path) -> Manifest:
    try:
        document: Any = json.loads((folder / MANIFEST).read_bytes())
        manifest = Manifest(**document)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}") from None
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read ({error})") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} has the format {manifest.format}; this server reads {FORMAT}")
    return manifest


def _listed(folder: Path) -> Iterator[str]:
    """The files that the manifest hashes; those of the storage are named by their hash."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST and not name.startswith(f"{FILES}/"):
            yield name


def file_place(sha256: str) -> str:
    """Where a file of the storage lies in the backup."""
    return f"{FILES}/{sha256[:2]}/{sha256}"


def sha256_of(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
