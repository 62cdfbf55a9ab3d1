"""Install the checkout: `.venv` from the hash-pinned locks, the client, the vendored assets.

Run by `scripts/install` with any Python 3.11 or newer; needs nothing outside the standard library.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks on Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "ahnb-installed"
INPUTS = [
    "scripts/install.py",
    "scripts/vendor.py",
    "pyproject.toml",
    "ahnb_client/version.py",
    "package.json",
    "package-lock.json",
    "assets/vendor.sha256",
    "assets/echarts.js",
    *(f"requirements/{name}.txt" for name in ("uv", "dev")),
]
UV_ENVIRONMENT = {
    # uv ignores pip's configuration, so the system's certificates have to be named; no download
    # of another Python and no configuration outside the checkout may change what is installed.
    "UV_SYSTEM_CERTS": "1",
    "UV_NO_CONFIG": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "VIRTUAL_ENV": str(VENV),
}


def digest() -> str:
    """One digest over everything that decides what `.venv` must hold."""
    total = hashlib.sha256(f"{ROOT}\n{sys.version}\n".encode())
    for name in INPUTS:
        total.update(f"{name}\n".encode() + (ROOT / name).read_bytes())
    return total.hexdigest()


def call(*command: str | Path, **environment: str) -> None:
    """Run one step; its failure ends the installation with its exit status."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **environment}, check=False
    )
    if done.returncode:
        sys.exit(f"scripts/install: {Path(str(command[0])).name} failed ({done.returncode})")


def make_environment() -> None:
    """A venv of this Python; one that belongs to another Python or place is made anew."""
    python = BIN / "python"
    if python.exists():
        known = subprocess.run(
            [python, "-c", "import sys; print(sys.version, sys.prefix)"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        if known == f"{sys.version} {VENV}":
            return
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=True, symlinks=os.name != "nt")


def install_packages() -> None:
    """Every Python package by hash, then the client itself without its dependencies."""
    pip = (BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q")
    call(*pip, "--require-hashes", "-r", "requirements/uv.txt")
    uv = BIN / "uv"
    call(uv, "pip", "sync", "-q", "--require-hashes", "requirements/dev.txt", **UV_ENVIRONMENT)
    editable = ("--offline", "--no-deps", "--no-build-isolation", "-e", ".")
    call(uv, "pip", "install", "-q", *editable, **UV_ENVIRONMENT)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Of several calls at once in a checkout one installs; the others wait for it."""
    if fcntl is None:
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> None:
    wanted = digest()
    if is_installed(wanted):
        return
    with alone():
        if not is_installed(wanted):
            print("Installing into .venv (about a minute the first time) …", file=sys.stderr)
            install(wanted)


def is_installed(wanted: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted


def install(wanted: str) -> None:
    make_environment()
    STAMP.unlink(missing_ok=True)
    install_packages()
    call(BIN / "python", "scripts/vendor.py")
    STAMP.write_text(wanted)


if __name__ == "__main__":
    main()
