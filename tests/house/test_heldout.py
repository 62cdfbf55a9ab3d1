"""The held-out third of the linter's programs stays what it was before there was a rule."""

import hashlib
from pathlib import Path

LINT = Path(__file__).parents[2] / "benchmarks" / "lint"


def digests(folder: Path) -> dict[str, str]:
    """Each file's SHA-256, by its name under the folder above."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    return {
        str(file.relative_to(folder.parent)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def stated() -> dict[str, str]:
    """What `sha256sum` wrote of them."""
    lines = (LINT / "heldout.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_heldout_files_are_unchanged() -> None:
    assert digests(LINT / "heldout") == stated()


def test_a_changed_or_added_file_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "heldout"
    folder.mkdir()
    (folder / "kinds.py").write_text("KINDS = ()\n")
    before = digests(folder)
    (folder / "kinds.py").write_text("KINDS = []\n")
    (folder / "more.py").touch()
    assert digests(folder).keys() - before.keys() == {"heldout/more.py"}
    assert digests(folder)["heldout/kinds.py"] != before["heldout/kinds.py"]
