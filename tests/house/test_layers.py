"""The layer contracts hold, and each of them bites when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ahnb_client", "projects", "runs", "platform/ahnb_platform")
LINT = "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main())"


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{tree}:{tree / 'platform'}", "PATH": ""},
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source, to break things in."""
    skip = shutil.ignore_patterns("static", "__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def place_of(tree: Path, module: str) -> Path:
    """The file of a module; of one that grew into a package its `__init__.py`."""
    file = tree / module.replace("ahnb_platform/", "platform/ahnb_platform/", 1)
    package = file.with_suffix("") / "__init__.py"
    return package if package.exists() else file


def test_layers_hold(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout


PLANTED = [
    ("ahnb_client/planted.py", "django"),
    ("ahnb_client/planted.py", "runs.models"),
    ("runs/planted.py", "keras"),
    ("runs/metrics/planted.py", "pickle"),
    ("ahnb_platform/api/planted.py", "ahnb_client"),
    ("runs/pages/planted.py", "ahnb_client.linting"),
    ("runs/linting/planted.py", "ahnb_client.transport"),
    ("ahnb_client/linting/planted.py", "numpy"),
    ("ahnb_platform/accounts/planted.py", "projects.models"),
    ("projects/models.py", "runs.models"),
    ("runs/services.py", "runs.views"),
]


def test_each_planted_violation_is_found(tree: Path) -> None:
    for module, imported in PLANTED:
        with place_of(tree, module).open("a") as file:
            file.write(f"\nimport {imported}\n")
    done = lint_imports(tree)
    assert done.returncode == 1, done.stdout
    for module, imported in PLANTED:
        name = module.removesuffix(".py").replace("/", ".")
        assert f"{name} -> {imported}" in done.stdout
