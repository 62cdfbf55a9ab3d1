"""The guard sees each trap that was once walked into."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_guard(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/guard.py"], cwd=tree, capture_output=True, text=True, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The parts of the checkout that the guard looks at, as a repository of their own."""
    for name in ("scripts", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("platform/ahnb_platform", "tests/runs", "runs", "projects"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/runs/__init__.py", "runs/models.py"):
        (tmp_path / name).touch()
    for name in (".gitignore", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_checkout_is_sound() -> None:
    done = run_guard(ROOT)
    assert done.returncode == 0, done.stderr


def test_copy_is_sound(tree: Path) -> None:
    assert run_guard(tree).returncode == 0


def append(name: str, text: str) -> Callable[[Path], object]:
    def plant(tree: Path) -> None:
        with (tree / name).open("a") as file:
            file.write(text)

    return plant


PLANTED = {
    "shadow the standard library": append("platform/__init__.py", ""),
    "tests/runs/ needs __init__.py": lambda tree: (tree / "tests/runs/__init__.py").rename(
        tree / "tests/runs/test_something.py"
    ),
    ".gitignore hides an app": append(".gitignore", "\nruns/\n"),
    "uv.lock": append("uv.lock", ""),
    "names an address": append("requirements/dev.txt", "\n# from https://example.org\n"),
    "names addresses": append("package-lock.json", '"resolved"'),
}


@pytest.mark.parametrize("message", PLANTED)
def test_planted_trap_is_told(tree: Path, message: str) -> None:
    PLANTED[message](tree)
    done = run_guard(tree)
    assert done.returncode == 1
    assert message in done.stderr
