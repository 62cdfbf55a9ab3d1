"""Where a training runs: versions, system, hardware, seed, command line, state of the code."""

import contextlib
import getpass
import os
import platform
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from ahnb_client.capture import hardware
from ahnb_client.capture.packages import installed_packages
from ahnb_client.capture.secrets import masked_command
from ahnb_client.capture.values import Json, jsonable, text
from ahnb_client.version import __version__

GIT_SECONDS = 1.0


def keras_document() -> dict[str, Json]:
    """Return what Keras says of itself in this thread, which must be the one that trains."""
    import keras

    backend = keras.config.backend()
    return {
        "backend": backend,
        "backend_version": _version(backend),
        "keras": keras.version(),
        "floatx": keras.config.floatx(),
        "image_data_format": keras.config.image_data_format(),
        "seed": _seed(),
        "distribution": _distribution(keras),
    }


def machine_document(backend: str) -> dict[str, Json]:
    """Return the rest of event ``environment``: system, hardware, packages, state of the code.

    Takes up to a second and asks the disk: not for the thread that trains.
    """
    return {
        "gpus": hardware.accelerators(backend),
        "ahnb_client": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "os": _system(),
        "host": text(socket.gethostname(), 255),
        "user": _user(),
        "pid": os.getpid(),
        "command": [text(part, 1_000) for part in masked_command(_command())],
        "cpu": hardware.processor(),
        "memory_bytes": hardware.memory_bytes(),
        "git": git_state(code_folder()),
        "packages": installed_packages(),
    }


def git_state(folder: Path) -> dict[str, Json] | None:
    """Return ``{commit, branch, dirty}`` of the checkout that `folder` lies in, or None.

    None also where git is not installed, refuses, or needs more than a second.
    """
    command = ["git", "--no-optional-locks", "-C", str(folder), "status"]
    options = ["--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules"]
    try:
        answer = subprocess.run(
            [*command, *options],
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=GIT_SECONDS,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return _parsed_status(answer.splitlines())


def code_folder() -> Path:
    """Return the folder of the started script; of a notebook or shell, the working folder."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(script).resolve().parent if script else Path.cwd()


def _parsed_status(lines: list[str]) -> dict[str, Json] | None:
    heads = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    commit = heads.get("branch.oid")
    if commit is None or commit == "(initial)":
        return None
    branch = heads.get("branch.head")
    return {
        "commit": commit,
        "branch": None if branch == "(detached)" else branch,
        "dirty": any(not line.startswith("#") for line in lines),
    }


def _version(backend: str) -> str | None:
    version = getattr(sys.modules.get(backend), "__version__", None)
    if version is not None:
        return text(version, 100)
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(backend)
    return None


def _seed() -> Json:
    """The seed given to `keras.utils.set_random_seed`; Keras has no public name for reading it."""
    with contextlib.suppress(Exception):
        from keras.src.utils import rng_utils

        return jsonable(rng_utils.get_random_seed())
    return None


def _distribution(keras: object) -> str | None:
    with contextlib.suppress(Exception):
        active = keras.distribution.distribution()  # type: ignore[attr-defined]
        return None if active is None else type(active).__name__
    return None


def _system() -> dict[str, Json]:
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "name": _distribution_of_linux() or platform.platform(terse=True),
    }


def _distribution_of_linux() -> str | None:
    with contextlib.suppress(OSError):
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    return None


def _user() -> str | None:
    with contextlib.suppress(Exception):
        return text(getpass.getuser(), 255)
    return None


def _command() -> list[str]:
    return list(getattr(sys, "orig_argv", None) or sys.argv)
