"""Where a training runs: versions, system, hardware, seed, command line, commit, variables."""

import contextlib
import getpass
import os
import platform
import re
import socket
import sys
from collections.abc import Callable
from importlib import metadata

from ahnb_client.capture import hardware
from ahnb_client.capture.git import git_state, remote_of
from ahnb_client.capture.packages import installed_packages, package_origins
from ahnb_client.capture.secrets import masked_variable
from ahnb_client.capture.source import code_folder, command_document
from ahnb_client.capture.values import Json, jsonable, text
from ahnb_client.version import __version__

MAX_VARIABLES = 200
_TELLING = re.compile(r"(?:KERAS|TF|XLA|JAX|CUDA|OMP|SLURM)_|PYTHONHASHSEED$")


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


def machine_document(backend: str | None, parts: frozenset[str]) -> dict[str, Json]:
    """Return the rest of event ``environment``: what of `parts` (see `capture.parts`) it has.

    Takes up to a second and asks the disk: not for the thread that trains.
    """
    document: dict[str, Json] = {"ahnb_client": __version__, "pid": os.getpid(), **_python()}
    for part, describe in _PARTS.items():
        if part in parts:
            document |= describe(backend)
    return document


def variables() -> dict[str, str]:
    """Return the environment variables that change how a training goes, secrets masked."""
    chosen = sorted(name for name in os.environ if _TELLING.match(name))[:MAX_VARIABLES]
    return {name: text(masked_variable(name, os.environ[name]), 2_000) for name in chosen}


def _python() -> dict[str, Json]:
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "os": _system(),
    }


def _git() -> dict[str, Json]:
    folder = code_folder()
    state = git_state(folder)
    return {"git": None if state is None else {**state, "remote": remote_of(folder)}}


def _packages() -> dict[str, Json]:
    return {"packages": installed_packages(), "packages_from": package_origins()}


def _hardware(backend: str | None) -> dict[str, Json]:
    return {
        "gpus": hardware.accelerators(backend) if backend else [],
        "cpu": hardware.processor(),
        "memory_bytes": hardware.memory_bytes(),
    }


_PARTS: dict[str, Callable[[str | None], dict[str, Json]]] = {
    "host": lambda _: {"host": text(socket.gethostname(), 255), "user": _user()},
    "command": lambda _: command_document(),
    "variables": lambda _: {"variables": variables()},
    "hardware": _hardware,
    "git": lambda _: _git(),
    "packages": lambda _: _packages(),
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
