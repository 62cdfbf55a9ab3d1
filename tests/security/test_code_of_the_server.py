"""What the server's own code never does: unpack archives, unpickle, run what a request says."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("platform/ahnb_platform", "projects", "runs")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
# Of modules whose names say what they do, and of built-ins that run text.
UNPACKING = {"extractall", "unpack_archive", "ZipFile", "TarFile", "open_tar"}
RUNNING = {"eval", "exec", "compile", "__import__", "import_module", "run_path", "run_module"}
UNSAFE = {"pickle", "marshal", "dill", "joblib", "cloudpickle", "shelve", "yaml"}
HEAVY = {"keras", "tensorflow", "torch", "jax", "tf_keras", "dill", "joblib", "cloudpickle"}
# Of a constant list of our own modules, and of a setting.
LOADING = {
    "platform/ahnb_platform/api/openapi.py",
    "platform/ahnb_platform/accounts/clearing.py",
}


@cache
def calls() -> list[tuple[Path, str, ast.Call]]:
    """Every call in the server's code, with the last word of what is called."""
    return list(_calls())


def _calls() -> Iterator[tuple[Path, str, ast.Call]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func
                word = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
                yield path.relative_to(ROOT), word, node


def test_the_walk_sees_the_code() -> None:
    assert len(FILES) > 200
    assert len(calls()) > 5_000


def test_nothing_is_unpacked() -> None:
    """Archives are written, with mode "w"; none is ever opened to read."""
    found = [
        (str(path), ast.unparse(call))
        for path, word, call in calls()
        if word in UNPACKING and [ast.unparse(one) for one in call.args[1:2]] != ["'w'"]
    ]
    assert found == []


def test_no_text_is_run_as_code() -> None:
    found = [
        (str(path), ast.unparse(call))
        for path, word, call in calls()
        if word in RUNNING and ast.unparse(call.func) != "re.compile"
    ]
    assert [place for place, _ in found if place not in LOADING] == []


def test_attributes_are_named_by_our_code_alone() -> None:
    """`getattr` with a name that comes from outside is how a request calls a method."""
    found = {
        str(path)
        for path, word, call in calls()
        if word in {"getattr", "setattr", "methodcaller"}
        and "api" in path.parts
        and not isinstance(call.args[min(1, len(call.args) - 1)], ast.Constant)
    }
    assert found == set()


def imported(path: Path) -> Iterator[str]:
    """The first words of what a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_nothing_unsafe_is_imported_by_our_code() -> None:
    assert {str(path) for path in FILES if not UNSAFE.isdisjoint(imported(path))} == set()


PROGRAM = """
import json, sys
import django
django.setup()
from django.urls import get_resolver
def walk(resolver):
    for entry in resolver.url_patterns:
        walk(entry) if hasattr(entry, "url_patterns") else entry.callback
walk(get_resolver())
import ahnb_platform.wsgi
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_serving_loads_no_framework(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "ahnb_platform.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "AHNB_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) & HEAVY == set()


def test_text_is_trusted_in_few_places() -> None:
    """Each escapes its parts, or has an allow-list go over them."""
    trusting = {"mark_safe", "SafeString", "SafeText", "html_safe"}
    assert {path.name for path, word, _ in calls() if word in trusting} <= {
        "ahnb.py",
        "marked.py",
        "parts.py",
        "assemble.py",
    }
