"""The environment of a run against the one that is here, and the same one made again."""

import os
import platform
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..capture.environment import variables
from ..capture.packages import installed_packages
from ..capture.secrets import MASK
from ..errors import ConfigurationError

# Set again as they were. CUDA_* and SLURM_* belong to the machine that the program runs on now.
_SET_AGAIN = re.compile(r"(?:KERAS|TF|XLA|JAX|OMP)_|PYTHONHASHSEED$")
OURS = "ahnb-client"


def differences(environment: Mapping[str, Any]) -> list[str]:
    """Return in words how Python, system, variables and packages differ from the recorded ones."""
    told = []
    if (then := environment.get("python")) and then != platform.python_version():
        told.append(f"Python {platform.python_version()} instead of {then}")
    system = (environment.get("os") or {}).get("system")
    if system and system != platform.system():
        told.append(f"{platform.system()} instead of {system}")
    return told + _other_packages(environment) + _other_variables(environment)


def _other_packages(environment: Mapping[str, Any]) -> list[str]:
    then, now = environment.get("packages"), installed_packages()
    if not isinstance(then, Mapping):
        return ["the packages are not recorded"]
    return [
        f"{name} {now.get(name, 'missing')} instead of {version}"
        for name, version in then.items()
        if now.get(name) != version and name != OURS
    ]


def _other_variables(environment: Mapping[str, Any]) -> list[str]:
    then, now = environment.get("variables") or {}, variables()
    return [
        f"{name}={now.get(name, '')!s} instead of {then.get(name, '')!s}"
        for name in sorted({*then, *now})
        if not _SET_AGAIN.match(name) and then.get(name) != now.get(name)
    ]


def process_environment(environment: Mapping[str, Any], **more: str) -> dict[str, str]:
    """Return the variables for the program: those of here, and of training those of then."""
    kept = {name: value for name, value in os.environ.items() if not _SET_AGAIN.match(name)}
    then = environment.get("variables") or {}
    again = {
        name: str(value)
        for name, value in then.items()
        if _SET_AGAIN.match(name) and MASK not in str(value)
    }
    backend = environment.get("backend")
    return {**kept, **({"KERAS_BACKEND": backend} if backend else {}), **again, **more}


def make_environment(environment: Mapping[str, Any], folder: Path) -> Path:
    """Make a virtual environment with the recorded packages; gives its Python.

    Packages that came from a folder are left out: what lay there then is not recorded.

    Raises:
        ConfigurationError: the packages are not recorded, are for another Python, or pip could
            not install them.
    """
    packages = environment.get("packages")
    if not isinstance(packages, Mapping):
        raise ConfigurationError("the packages of this run are not recorded")
    wanted = str(environment.get("python") or "").rsplit(".", 1)[0]
    if wanted != f"{sys.version_info.major}.{sys.version_info.minor}":
        raise ConfigurationError(f"the run had Python {wanted}; start `ahnb` with that one")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    freeze = folder / "requirements.txt"
    freeze.write_text("\n".join(requirements(environment)) + "\n", encoding="utf-8")
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(freeze)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no words with it"]
        raise ConfigurationError(f"pip could not install the packages: {said[-1]}")
    _share_ourselves(folder)
    return python


def requirements(environment: Mapping[str, Any]) -> list[str]:
    """Return the packages as pip takes them."""
    origins = environment.get("packages_from") or {}
    lines = []
    for name, version in environment["packages"].items():
        origin = origins.get(name)
        if origin is None and name != OURS:
            lines.append(f"{name}=={version}")
        elif origin is not None and not origin.startswith("file:"):
            lines.append(f"{name} @ {origin}")
    return lines


def _share_ourselves(folder: Path) -> None:
    """Let the new environment find this client: a run records with the one that is here."""
    here = Path(__file__).resolve().parents[2]
    place = next(folder.glob("[Ll]ib*/**/site-packages"))
    (place / "ahnb_client_of_rerun.pth").write_text(f"{here}\n", encoding="utf-8")
