"""The key that signs sessions and links, made once per data directory."""

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from .database.errors import DatabaseError
from .database.places import explained, make_data_directory

NAME = "secret_key"
SHORTEST = 50


def secret_key(data_dir: Path) -> str:
    """The key of this data directory; made (mode 0600) when there is none.

    Two processes that start at once get the same key.

    Raises:
        ImproperlyConfigured: the folder cannot be used, or the file is open to others or too short.
    """
    path = data_dir / NAME
    try:
        make_data_directory(data_dir)
        if not path.exists():
            write_once(path, secrets.token_urlsafe(64))
        return read_key(path)
    except DatabaseError as error:
        raise ImproperlyConfigured(str(error)) from error
    except OSError as error:
        raise ImproperlyConfigured(str(explained(error, path))) from error


def read_key(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} is open to other accounts: chmod 600 {path}")
    key = path.read_text().strip()
    if len(key) < SHORTEST:
        raise ImproperlyConfigured(f"{path} is damaged: it holds no key of {SHORTEST} characters")
    return key


def write_once(path: Path, key: str) -> None:
    """Write the whole file, unless another process was first.

    A link to a finished file appears whole or not at all, and never replaces one.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
