"""Traps of this tree that end pytest before any test could tell; run outside of it."""

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def faults(root: Path) -> Iterator[str]:
    """What is wrong with the tree at `root`, in words."""
    yield from shadowing(root)
    yield from hidden(root)
    yield from addresses(root)


def shadowing(root: Path) -> Iterator[str]:
    """Names that would stand for something else when Python runs from the root."""
    entries = {entry.name for entry in (root / "platform").iterdir()} - {"__pycache__"}
    if entries != {"ahnb_platform"}:
        yield "platform/ must hold ahnb_platform alone: it would shadow the standard library"
    for folder in [root / "tests", *(root / "tests").rglob("*")]:
        holds_code = folder.is_dir() and any(folder.glob("*.py"))
        if holds_code and not (folder / "__init__.py").exists():
            yield f"{folder.relative_to(root)}/ needs __init__.py, or it shadows the real package"
    names = {str(dist.metadata["Name"]).lower() for dist in importlib.metadata.distributions()}
    if "psycopg" in names:
        yield "psycopg 3 is installed: Django would silently use it instead of psycopg2"


def hidden(root: Path) -> Iterator[str]:
    """Source that git would not see."""
    command = ["git", "check-ignore", "--no-index", "runs/models.py", "projects/models.py"]
    if subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 0:
        yield ".gitignore hides an app"


def addresses(root: Path) -> Iterator[str]:
    """Locks that name where their packages came from."""
    if (root / "uv.lock").exists():
        yield "uv.lock writes addresses into the repository"
    for lock in (root / "requirements").glob("*.txt"):
        if "://" in lock.read_text():
            yield f"{lock.name} names an address"
    if '"resolved"' in (root / "package-lock.json").read_text():
        yield "package-lock.json names addresses"


if __name__ == "__main__":
    sys.exit("\n".join(faults(ROOT)) or 0)
