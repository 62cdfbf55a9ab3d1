"""Files that are whole at any moment."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Replace a file, so that it is whole at any moment; with `sync` after a power cut too."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    fresh.replace(path)
