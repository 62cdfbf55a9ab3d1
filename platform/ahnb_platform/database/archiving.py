"""The archive of PostgreSQL's log, from which a cluster can be recovered to any moment.

    python -m ahnb_platform.database.archiving SEGMENT NAME ARCHIVE

PostgreSQL runs this for each segment that is full, and once a minute if something was written. It
keeps the segment until the program ends with 0: only when a copy is whole and on disk.

AHNB_WAL_ARCHIVE    the folder of the archive, on another disk than the data; unset: no archive
"""

import filecmp
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import ahnb_platform

VARIABLE = "AHNB_WAL_ARCHIVE"
LONGEST_WAIT_SECONDS = 60


def archive_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the log is archived, as an absolute path; None where it is not."""
    named = environment.get(VARIABLE, "").strip()
    return Path(os.path.realpath(named)) if named else None


def archive_settings(folder: Path | None) -> dict[str, str]:
    """What PostgreSQL has to be told to archive its log there."""
    if folder is None:
        return {}
    source = Path(ahnb_platform.__file__).parent.parent
    program = f"{shlex.quote(sys.executable)} -P -m {__name__}"
    return {
        "archive_mode": "on",
        "archive_timeout": f"{LONGEST_WAIT_SECONDS}s",
        "archive_command": f"PYTHONPATH={shlex.quote(str(source))} {program} "
        f"%p %f {_escaped(folder)}",
    }


def command_to_restore(folder: Path) -> str:
    """What brings a segment back, as the value of a setting in quotes."""
    return f"cp -- {_escaped(folder)}/%f %p".replace("'", "''")


def _escaped(folder: Path) -> str:
    """The folder as a word of the shell in which PostgreSQL replaces nothing."""
    return shlex.quote(str(folder).replace("%", "%%"))


def archive(segment: Path, name: str, folder: Path) -> None:
    """Copy the segment, unless the archive has it.

    Raises:
        OSError: the archive cannot be written, or has another file of that name.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        if not filecmp.cmp(segment, target, shallow=False):
            raise FileExistsError(f"{target} is another segment: is the archive another cluster's?")
        return
    side = folder / f".{name}.unfinished"
    with segment.open("rb") as source, side.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    side.rename(target)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    segment, name, folder = sys.argv[1:]
    try:
        archive(Path(segment), name, Path(folder))
    except OSError as error:
        sys.exit(f"archive: {error}")


if __name__ == "__main__":
    main()
