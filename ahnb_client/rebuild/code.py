"""Makes the folder of a run's code again: commit, uncommitted changes, script and modules."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..capture.secrets import MASK
from ..errors import ConfigurationError
from .cells import program_cells
from .model import write_files

_MAGIC = re.compile(r"(?m)^\s*[%!]")


@dataclass
class Code:
    """A run's code as a folder here.

    `folder` is where the program is started, `missing` says in words what could not be made.
    """

    top: Path
    folder: Path
    made_from: str
    missing: list[str] = field(default_factory=list)
    worktree: Path | None = None  # of git, somewhere in `top`
    repository: Path | None = None

    def remove(self) -> None:
        """Delete the folder; of a worktree also what git knows of it."""
        if self.repository is not None:
            git(self.repository, "worktree", "remove", "--force", str(self.worktree))
        shutil.rmtree(self.top, ignore_errors=True)


def git(folder: Path, *arguments: str, given: str | None = None) -> str | None:
    """What git answers; None if it fails."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def find_repository(state: Mapping[str, Any], chosen: Path | None) -> Path | None:
    """Return a checkout here that has the recorded commit: the chosen one, the first one, this."""
    candidates = [chosen] if chosen else [Path(state.get("root") or "."), Path.cwd()]
    for folder in candidates:
        if not folder.is_dir():
            continue
        top = git(folder, "rev-parse", "--show-toplevel")
        if top and git(folder, "cat-file", "-e", f"{state['commit']}^{{commit}}") is not None:
            return Path(top.strip())
    return None


def recreate(code: Mapping[str, Any], top: Path, repository: Path | None = None) -> Code:
    """Make the code in the empty folder `top`.

    Raises:
        ConfigurationError: the record has no code.
    """
    if code.get("kind") == "notebook":
        return _cells(code, top)
    if not isinstance(code.get("folder"), str):
        raise ConfigurationError("the record of this run holds no code")
    state = code.get("git") or {}
    found = find_repository(state, repository) if state.get("commit") else None
    if found is None:
        made = Code(top, top / code["folder"], "the recorded script and modules")
        if state.get("commit"):
            made.missing.append(
                f"no checkout here has commit {state['commit'][:12]}: give --repository FOLDER"
            )
        files = top
    else:
        made, files = _checked_out(code, state, found, top)
    written = write_files(code, files)
    made.folder.mkdir(parents=True, exist_ok=True)
    made.missing += _faults(code, written)
    return made


def _checked_out(
    code: Mapping[str, Any], state: Mapping[str, Any], repository: Path, top: Path
) -> tuple[Code, Path]:
    """A worktree of the commit with the changes, laid out as the folders were."""
    root, checkout = code["root"], state.get("root") or code["root"]
    base = os.path.commonpath([root, checkout])
    worktree = top / os.path.relpath(checkout, base)
    files = top / os.path.relpath(root, base)
    added = git(
        repository, "worktree", "add", "--detach", "--force", str(worktree), state["commit"]
    )
    if added is None:
        raise ConfigurationError(f"git cannot check out {state['commit']} of {repository}")
    made = Code(top, files / code["folder"], f"commit {state['commit'][:12]} of {repository}")
    made.repository, made.worktree = repository, worktree
    written = {
        os.path.relpath(Path(root) / file["path"], checkout)
        for file in (code, *(code.get("modules") or []))
        if file.get("path") and file.get("source") is not None
    }
    made.missing += _apply(state, worktree, written)
    return made, files


def _apply(state: Mapping[str, Any], worktree: Path, written: set[str]) -> list[str]:
    """Apply the uncommitted changes of files that are not recorded whole anyway."""
    if not state.get("dirty"):
        return []
    if state.get("diff") is None:
        return ["the uncommitted changes were too large to be recorded"]
    missing = [f"not recorded: changes of {name}" for name in state.get("left_out") or []]
    for part in re.split(r"(?m)^(?=diff --git )", state["diff"]):
        path = re.search(r"(?m)^(?:\+\+\+ b|--- a)/(.+?)\t?$", part)
        if path is None or path[1] in written:
            continue
        if git(worktree, "apply", "--whitespace=nowarn", "-", given=part) is None:
            missing.append(f"the changes of {path[1]} do not apply")
    return missing


def _faults(code: Mapping[str, Any], written: list[str]) -> list[str]:
    faults = []
    for file in (code, *(code.get("modules") or [])):
        if file.get("left_out"):
            faults.append(f"not recorded: {file['path']} ({file['left_out']})")
        elif file.get("masked") and file["path"] in written:
            faults.append(f"{file['path']} had secrets in it, which are {MASK} now")
        if file.get("is_newer"):
            faults.append(f"{file['path']} was changed on disk after the run had loaded it")
    names = ((code.get("git") or {}).get("untracked") or {}).get("names") or []
    known = set(written)
    others = [name for name in names if name not in known]
    if others:
        faults.append(f"untracked then, and not recorded: {', '.join(others[:10])}")
    return faults


def _cells(code: Mapping[str, Any], top: Path) -> Code:
    """The cells as one program beside the modules that they loaded."""
    sources, missing = program_cells(code)
    program = "\n\n".join(sources)
    if not program:
        raise ConfigurationError("the record of this run holds no cells")
    write_files(code, top)
    folder = (top / str(code.get("folder") or ".")).resolve()
    if not folder.is_relative_to(top.resolve()):
        folder = top
    folder.mkdir(parents=True, exist_ok=True)
    name = "cells.ipy" if _MAGIC.search(program) else "cells.py"
    (folder / name).write_text(program + "\n", encoding="utf-8")
    return Code(top, folder, f"{len(sources)} cells", missing)


def command_of(
    code: Mapping[str, Any], environment: Mapping[str, Any], made: Code, arguments: list[str] | None
) -> list[str]:
    """Return what follows the name of Python: its options, the program and its arguments.

    Raises:
        ConfigurationError: the record does not say how the program was started, or a secret of
            the command line is missing.
    """
    recorded = [str(part) for part in environment.get("command") or []]
    given = code.get("arguments") or [] if arguments is None else arguments
    if code.get("kind") == "notebook":
        cells = next(made.folder.glob("cells.*"))
        options = ["-m", "IPython", "--quick"] if cells.suffix == ".ipy" else []
        return [*options, str(cells)]
    if code.get("module"):
        program = ["-m", code["module"].removesuffix(".__main__")]
    elif code.get("path"):
        program = [str(_place_of(code, made))]
    else:
        program, given = recorded[1:] or [], []
    if not program:
        raise ConfigurationError("the record does not say how the program was started")
    if any(MASK in part for part in [*program, *given]):
        raise ConfigurationError(
            "secrets of the command line are not recorded: give all arguments after --"
        )
    if any(part.endswith("…") for part in program):
        raise ConfigurationError("the program on the command line was too long to be recorded")
    return [*(_options(recorded) if code.get("path") else []), *program, *given]


def _place_of(code: Mapping[str, Any], made: Code) -> Path:
    """Where the script lies now: as far from the folder it is started in as it was."""
    way = os.path.relpath(code["path"], code["folder"])
    return Path(os.path.normpath(made.folder / way))


def _options(command: list[str]) -> list[str]:
    """The options of Python itself, as -O or -W error."""
    options: list[str] = []
    rest = iter(command[1:])
    for part in rest:
        if not part.startswith("-") or part[:2] in {"-m", "-c"} or part == "-":
            break
        options.append(part)
        if part in {"-W", "-X"}:
            options.append(next(rest, ""))
    return options
