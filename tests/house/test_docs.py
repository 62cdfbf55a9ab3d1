"""What the documents say is so: snippets run, links lead somewhere, settings exist."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("README.md", "docs/client.md")  # whose snippets are run
SETTINGS = ("docs/deploy.md", "docs/client.md")
IMAGES = ROOT / "docs" / "images"
CODE = ("ahnb_client", "platform", "projects", "runs", "scripts", "examples")

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)(?:#[^)\s]*)?\)")
VARIABLE = re.compile(r"AHNB_[A-Z_]*[A-Z]")

# Runs the snippets of each document one after another, with data where they leave it to you.
KERAS_PROGRAM = """
import json, sys
from sklearn.datasets import load_digits
for snippets in json.load(sys.stdin):
    names = dict(zip("xy", load_digits(return_X_y=True)), __name__="__main__")
    for snippet in snippets:
        exec(snippet, names)
"""


def documents() -> list[str]:
    """All Markdown files of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).exists()]


def snippets(document: str) -> list[str]:
    return BLOCK.findall((ROOT / document).read_text())


def needs_keras(snippet: str) -> bool:
    names = {node.id for node in ast.walk(ast.parse(snippet)) if isinstance(node, ast.Name)}
    return bool(names & {"AHNBCallback", "keras", "model"})


def needs_server(snippet: str) -> bool:
    """Whether it reads what a server has; tests/contract/test_snippets.py runs those."""
    names = {node.id for node in ast.walk(ast.parse(snippet)) if isinstance(node, ast.Name)}
    return "Client" in names


def environment(home: Path) -> dict[str, str]:
    """An empty home, and no server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AHNB_", "XDG_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}


def spools(home: Path) -> list[dict[str, str]]:
    """How each run that was recorded under `home` is to be made."""
    headers = (home / ".local/state/ahnb/spool").glob("*/header.json")
    return [json.loads(path.read_text())["create"] for path in sorted(headers)]


@pytest.mark.parametrize("document", documents())
def test_snippets_are_python(document):
    for snippet in snippets(document):
        ast.parse(snippet)


def plain_snippets() -> Iterator[object]:
    for document in GUIDES:
        for number, snippet in enumerate(snippets(document), 1):
            if not (needs_keras(snippet) or needs_server(snippet)):
                yield pytest.param(snippet, id=f"{document}-{number}")


@pytest.mark.parametrize("snippet", list(plain_snippets()))
def test_snippet_without_keras_runs_and_records(snippet, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", snippet],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (create,) = spools(tmp_path)
    assert create["project"] == "vision/digits"
    assert done.stderr.count("ahnb: ") == 1, done.stderr
    assert "recording offline" in done.stderr


@pytest.mark.keras
def test_snippets_with_keras_run_and_record(tmp_path):
    with_keras = [[s for s in snippets(document) if needs_keras(s)] for document in GUIDES]
    assert all(with_keras)
    done = subprocess.run(
        [sys.executable, "-c", KERAS_PROGRAM],
        input=json.dumps(with_keras),
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert {create["project"] for create in spools(tmp_path)} == {"vision/digits"}
    assert len(spools(tmp_path)) >= 3
    assert "could not record" not in done.stderr
    assert "not recorded" not in done.stderr


@pytest.mark.parametrize("document", documents())
def test_links_lead_to_files(document):
    folder = (ROOT / document).parent
    targets = [folder / target for target in LINK.findall((ROOT / document).read_text())]
    if not IMAGES.is_dir():  # pictures are taken of a running server
        targets = [target for target in targets if target.parent != IMAGES]
    assert [str(target) for target in targets if not target.exists()] == []


def test_links_are_found():
    assert "docs/client.md" in LINK.findall((ROOT / "README.md").read_text())


@cache
def variables_of_code() -> set[str]:
    """The settings that are named by a string of their own in Python, or in a shell script."""
    found: set[str] = set()
    for path in (path for folder in CODE for path in (ROOT / folder).rglob("*") if path.is_file()):
        if path.suffix == ".py":
            nodes = ast.walk(ast.parse(path.read_text()))
            texts = (node.value for node in nodes if isinstance(node, ast.Constant))
            found |= {text for text in texts if isinstance(text, str) and VARIABLE.fullmatch(text)}
        elif path.parent.name == "scripts":
            found |= set(VARIABLE.findall(path.read_text()))
    return found


def variables_of_documents() -> set[str]:
    return {
        name for document in SETTINGS for name in VARIABLE.findall((ROOT / document).read_text())
    }


def test_settings_of_the_code_are_documented():
    assert variables_of_code() - variables_of_documents() == set()


def test_documented_settings_are_those_of_the_code():
    assert variables_of_documents() - variables_of_code() == set()
    assert "AHNB_DATA_DIR" in variables_of_documents()
