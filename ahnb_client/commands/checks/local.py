"""What this machine knows alone: settings, records that wait, the disk."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...config import Config, config_folder
from ...errors import ConfigurationError
from ...transport.files import Files
from ...transport.refused import reason_in
from ...transport.spool import Header, Spool, refused_files, spool_folders, this_host, trouble_of
from ...words import numbered
from .finding import Finding

LOW_BYTES, TOO_LOW_BYTES = 1 << 30, 64 << 20


def settings(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at each setting: its value, and where it stands."""
    where = f"{config_folder(environ)}"
    for name, variable, value in (
        ("server", "AHNB_SERVER", config.server),
        ("key", "AHNB_API_KEY", "set" if config.key else None),
        ("project", "AHNB_PROJECT", config.project),
    ):
        source = variable if environ.get(variable) else where
        if value is not None:
            yield Finding("ok", name, f"{value} ({source})")
        elif name == "project":
            yield Finding("warn", name, "none", "name one in the program, or set AHNB_PROJECT")
        else:
            yield Finding("fail", name, "none", f"`ahnb login`, or set {variable}")
    if config.mode == "online":
        yield Finding("ok", "mode", "online")
    else:
        yield Finding(
            "fail",
            "mode",
            f"{config.mode}: nothing is sent",
            "unset AHNB_MODE, or `mode` in config.toml",
        )


def records(config: Config) -> Iterator[Finding]:
    """Look at the folder of records and what lies there."""
    root = config.directory
    if root is None:
        yield Finding("fail", "records", "no folder for them", "set HOME or AHNB_DIR")
        return
    yield _folder(root)
    yield _disk(root)
    yield from _left(root)
    if refused := refused_files(root):
        files = ", ".join(map(str, refused[:3]))
        told = f"{numbered(len(refused), 'file')}: {files}"
        if reason := reason_in(refused[-1]):
            told += f"; the last says: {reason}"
        yield Finding("warn", "refused", told, "read what the server did not take")
    else:
        yield Finding("ok", "refused", "nothing")


def _existing(folder: Path) -> Path:
    """The folder, or the next one above it that is there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def _folder(root: Path) -> Finding:
    there = _existing(root)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Finding("ok", "records", f"in {root}")
    return Finding("fail", "records", f"{there} cannot be written to", "set AHNB_DIR to another")


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(_existing(root)).free
    told = f"{free / 1e9:.1f} GB free"
    if free >= LOW_BYTES:
        return Finding("ok", "disk", told)
    todo = "make room, or set AHNB_DIR"
    is_full = free < TOO_LOW_BYTES
    return Finding("fail" if is_full else "warn", "disk", told, todo)


def _left(root: Path) -> Iterator[Finding]:
    """How many spools wait, are written to, or cannot be read."""
    counts = {"waiting": 0, "recording": 0, "elsewhere": 0}
    files = 0
    for folder in spool_folders(root):
        files += len(Files(folder).numbers())
        if trouble := trouble_of(folder):
            yield Finding("fail", "waiting", f"{folder.name}: {trouble}", "mend it, `ahnb sync`")
        try:
            counts[_state(folder)] += 1
        except (ConfigurationError, OSError) as error:
            yield Finding("fail", "waiting", str(error), f"look into {folder}")
    told = f"{numbered(counts['waiting'], 'run')} waiting, {counts['recording']} being recorded"
    if counts["elsewhere"]:
        told += f", {counts['elsewhere']} of other machines"
    if files:
        told += f"; {numbered(files, 'file')} to be attached"
    if counts["waiting"]:
        yield Finding("warn", "waiting", told, "`ahnb sync` sends them, and says what hinders it")
    else:
        yield Finding("ok", "waiting", told)


def _state(folder: Path) -> str:
    if Header.read(folder).host != this_host():
        return "elsewhere"
    spool = Spool.adopt(folder)
    if spool is None:
        return "recording"
    spool.release()
    return "waiting"
