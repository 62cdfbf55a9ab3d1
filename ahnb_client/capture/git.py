"""The state of the code as git knows it. Asks the disk: not for the thread that trains."""

import re
import subprocess
import threading
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from ahnb_client.capture.secret_code import masked_diff
from ahnb_client.capture.secrets import masked_text
from ahnb_client.capture.values import Json, text

STATE_SECONDS = 1.0
DETAIL_SECONDS = 5.0
MAX_DIFF_BYTES = 1_000_000
MAX_UNTRACKED = 1_000
_MAX_NAMES_BYTES = 200_000


def git_state(folder: Path) -> dict[str, Json] | None:
    """Return ``{commit, branch, dirty}`` of the checkout that `folder` lies in, or None.

    None also where git is not installed, refuses, or needs more than a second.
    """
    options = ["--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules"]
    answer = _asked(folder, "status", *options, seconds=STATE_SECONDS)
    return None if answer is None else _parsed_status(answer.splitlines())


def remote_of(folder: Path) -> str | None:
    """Return the address that the code came from, without a name, password or token in it."""
    named = _asked(folder, "remote", seconds=STATE_SECONDS)
    names = (named or "").split()
    if not names:
        return None
    name = "origin" if "origin" in names else names[0]
    address = _asked(folder, "remote", "get-url", name, seconds=STATE_SECONDS)
    return None if address is None else without_login(address.strip())


def git_changes(folder: Path) -> dict[str, Json]:
    """Return what is not committed: ``{root, diff, left_out, untracked}``.

    ``diff`` is against the commit, secrets masked; None when it is larger than a megabyte, with
    ``diff_bytes`` then at least so many. ``untracked`` has names alone. ``root`` is the folder
    of the checkout.
    """
    root = _asked(folder, "rev-parse", "--show-toplevel", seconds=STATE_SECONDS)
    if root is None:
        return {}
    top = Path(root.strip())
    options = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules"]
    raw = _asked(top, "diff", *options, "HEAD", seconds=DETAIL_SECONDS, most=MAX_DIFF_BYTES)
    diff, left_out = (None, []) if raw is None or len(raw) >= MAX_DIFF_BYTES else masked_diff(raw)
    return {
        "root": text(top, 1_000),
        "diff": diff,
        "diff_bytes": None if raw is None else len(raw),
        "left_out": left_out,
        "untracked": _untracked(top),
    }


def without_login(address: str) -> str:
    """Return a remote's address without what would log somebody in."""
    parts = urlsplit(address)
    if parts.scheme in {"", "ssh"} and not parts.password:
        return masked_text(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _untracked(top: Path) -> dict[str, Json] | None:
    # What Python writes beside the code belongs to nobody's experiment.
    excluded = ["--exclude-standard", "--exclude=__pycache__/"]
    options = ["--others", *excluded, "--directory", "--no-empty-directory", "-z"]
    answer = _asked(top, "ls-files", *options, seconds=DETAIL_SECONDS, most=_MAX_NAMES_BYTES)
    if answer is None:
        return None
    names = [name for name in answer.split("\0") if name]
    return {"names": [text(name, 500) for name in names[:MAX_UNTRACKED]], "total": len(names)}


def _asked(folder: Path, *arguments: str, seconds: float, most: int = 1_000_000) -> str | None:
    """What git answers, at most about `most` bytes of it; None if it does not."""
    command = ["git", "--no-optional-locks", "-c", "core.quotePath=false", "-C", str(folder)]
    try:
        with subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            return _answer(process, seconds, most)
    except OSError:
        return None


def _answer(process: subprocess.Popen[bytes], seconds: float, most: int) -> str | None:
    out: IO[bytes] = process.stdout  # type: ignore[assignment]
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        answer = out.read(most)
        is_cut = len(answer) == most
        if is_cut:
            process.kill()
        if process.wait() != 0 and not is_cut:
            return None
    finally:
        timer.cancel()
    return answer.decode("utf-8", "replace")


def _parsed_status(lines: list[str]) -> dict[str, Json] | None:
    heads = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    commit = heads.get("branch.oid", "")
    if not re.fullmatch("[0-9a-f]{40,64}", commit):
        return None
    branch = heads.get("branch.head")
    return {
        "commit": commit,
        "branch": None if branch == "(detached)" else branch,
        "dirty": any(not line.startswith("#") for line in lines),
    }
