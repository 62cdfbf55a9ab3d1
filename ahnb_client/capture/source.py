"""The program that runs: the started script and the modules of its own that it has loaded."""

import hashlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ahnb_client.capture.secret_code import holds_secrets, masked_code
from ahnb_client.capture.secrets import masked_command
from ahnb_client.capture.values import Json, text

MAX_FILE_BYTES = 262_144
MAX_BYTES = 1_572_864
MAX_FILES = 500
MAX_ARGUMENTS = 1_000
_LOADED_AT = time.time()
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "environment.yml")
_INSTALLED = [f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages")]


def is_interactive() -> bool:
    """Tell whether a notebook or IPython runs the code, whose cells are the program then."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return shell is not None and shell() is not None


def command_document() -> dict[str, Json]:
    """Return ``{command, working_folder}``: how the process was started, secrets masked."""
    started = list(getattr(sys, "orig_argv", None) or sys.argv)[:MAX_ARGUMENTS]
    return {
        "command": [text(part, 1_000) for part in masked_command(started)],
        "working_folder": text(Path.cwd(), 1_000),
    }


def code_folder() -> Path:
    """Return the folder of the started script; of a notebook or shell, the working folder."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(script).resolve().parent if script else Path.cwd()


def script_document() -> dict[str, Json]:
    """Return the document of event ``code`` for a script, without its ``git``.

    ``path`` and those of ``modules`` (``{name, path, sha256, bytes, source}``) are relative to
    ``root``. ``sha256`` is of the file as it lies there; ``source`` is masked, with ``masked``
    if that changed it, and None with ``left_out`` where it was too large. ``is_newer``: the file
    was changed after this process had begun. ``arguments`` follow the script's name.
    """
    main = sys.modules.get("__main__")
    folder = Path.cwd()
    found = _own_files(main, {folder, code_folder()})
    files = dict(sorted(found, key=lambda file: (file[1] != "__main__", file[1])))
    root = _common_folder([folder, *files])
    room = [MAX_BYTES]
    documents = {path: _file(path, root, room) for path in list(files)[:MAX_FILES]}
    script = _file_of(main)
    entry = documents.pop(script, {}) if script else {}
    modules = [{"name": files[path], **document} for path, document in documents.items()]
    return {
        "kind": "script",
        "root": text(root, 1_000),
        "folder": text(os.path.relpath(folder, root), 1_000),
        "module": getattr(getattr(main, "__spec__", None), "name", None),
        "arguments": [text(part, 1_000) for part in masked_command(sys.argv[1:MAX_ARGUMENTS])],
        **entry,
        "modules": modules,
        "more_modules": max(len(files) - MAX_FILES, 0),
        "locks": _locks(folder),
    }


def _own_files(main: ModuleType | None, folders: set[Path]) -> Iterator[tuple[Path, str]]:
    """The files of loaded modules below `folders`, the script first."""
    script = _file_of(main)
    if script is not None and script.suffix != ".pyc" and not _is_installed(script):
        yield script, "__main__"
    below = tuple(f"{folder}{os.sep}" for folder in folders)
    for name, module in sys.modules.copy().items():
        # Thousands of modules of others: texts are compared before anything is made of them.
        file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
        if not isinstance(file, str) or not file.endswith(".py"):
            continue
        if file.startswith(os.sep) and not file.startswith(below):
            continue
        if any(folder in file for folder in _INSTALLED):
            continue
        path = Path(file).absolute()
        if path == script:
            continue
        if name.partition(".")[0] == "ahnb_client" or _is_installed(path):
            continue
        if any(path.is_relative_to(folder) for folder in folders):
            yield path, name


def _file_of(module: Any) -> Path | None:
    try:
        name = getattr(module, "__file__", None)
        return Path(name).absolute() if isinstance(name, str) else None
    except Exception:  # noqa: BLE001 - a lazy module may do anything when it is asked
        return None


def _is_installed(path: Path) -> bool:
    """Whether it belongs to Python or a package, also in an environment below the folder."""
    return any(folder in str(path) for folder in _INSTALLED) or any(
        path.is_relative_to(folder) for folder in _STANDARD
    )


_STANDARD = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "scripts")} - {None}


def _file(path: Path, root: Path, room: list[int]) -> dict[str, Json]:
    """One file, as long as there is `room` for its text."""
    described: dict[str, Json] = {"path": text(os.path.relpath(path, root), 1_000)}
    try:
        content, state = path.read_bytes(), path.stat()
    except OSError:
        return {**described, "source": None, "left_out": "unreadable"}
    described |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    if state.st_mtime > _LOADED_AT:
        described["is_newer"] = True
    if holds_secrets(path.name):
        return {**described, "source": None, "left_out": "secrets"}
    if len(content) > min(MAX_FILE_BYTES, room[0]):
        return {**described, "source": None, "left_out": "size"}
    room[0] -= len(content)
    source = content.decode("utf-8", "replace")
    masked = masked_code(source)
    return {**described, "source": masked, **({"masked": True} if masked != source else {})}


def _common_folder(paths: list[Path]) -> Path:
    try:
        common = Path(os.path.commonpath(paths))
    except ValueError:  # on several drives
        return paths[0]
    return common if common.is_dir() else common.parent


def _locks(folder: Path) -> dict[str, str]:
    """Hashes of the files that pin the environment."""
    found = [folder / name for name in _LOCKS] + sorted(folder.glob("requirements*.txt"))
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file() and path.stat().st_size < 10_000_000
    }
