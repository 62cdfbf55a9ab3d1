"""Folders and commands that are made from a record."""

from pathlib import Path
from typing import Any

import pytest

from ahnb_client.errors import ConfigurationError
from ahnb_client.rebuild.code import Code, command_of, recreate
from ahnb_client.rebuild.model import write_files

SCRIPT = {"kind": "script", "root": "/r", "folder": ".", "path": "train.py", "source": "x = 1\n"}


def command(tmp_path: Path, command: list[str], **code: Any) -> list[str]:
    made = Code(tmp_path, tmp_path, "a test")
    return command_of({**SCRIPT, **code}, {"command": command}, made, None)


def test_options_of_python_are_kept(tmp_path):
    recorded = ["/usr/bin/python", "-O", "-W", "error", "-Xdev", "train.py", "-m", "3"]
    made = command(tmp_path, recorded, arguments=["-m", "3"])
    assert made == ["-O", "-W", "error", "-Xdev", str(tmp_path / "train.py"), "-m", "3"]


def test_module_is_started_by_its_name(tmp_path):
    made = command(tmp_path, ["python", "-m", "tool"], module="tool.__main__", arguments=["a"])
    assert made[-3:] == ["-m", "tool", "a"]


def test_code_of_the_command_line_is_started_as_it_was(tmp_path):
    made = command(tmp_path, ["python", "-c", "print(1)", "a"], path=None, arguments=["a"])
    assert made == ["-c", "print(1)", "a"]
    with pytest.raises(ConfigurationError, match="too long"):
        command(tmp_path, ["python", "-c", "print(1…"], path=None)
    with pytest.raises(ConfigurationError, match="does not say"):
        command(tmp_path, [], path=None)


def test_script_beside_its_working_folder_is_found(tmp_path):
    code = {**SCRIPT, "folder": "data", "path": "src/train.py"}
    made = recreate(code, tmp_path)
    assert made.folder == tmp_path / "data"
    assert made.folder.is_dir()
    (program,) = command_of(code, {"command": ["python", "../src/train.py"]}, made, None)
    assert Path(program).read_text() == "x = 1\n"


def notebook(*sources: str | None, **more: Any) -> dict[str, Any]:
    """A record of cells that ran one after the other; None: one that was too large."""
    cells = [{"seq": k, "sha256": str(k), "status": "ok"} for k in range(len(sources))]
    listed = {str(k): source for k, source in enumerate(sources)}
    return {"kind": "notebook", "cells": cells, "sources": listed, **more}


def test_cells_become_one_program(tmp_path):
    code = notebook("x = 1", "print(x)", None)
    made = recreate(code, tmp_path / "plain")
    (program,) = command_of(code, {}, made, None)
    assert Path(program).read_text() == "x = 1\n\nprint(x)\n"
    assert made.missing == ["cell [2] was too large to be recorded"]
    magic = recreate(notebook("%time x = 1"), tmp_path / "magic")
    assert command_of(notebook(), {}, magic, None)[:3] == ["-m", "IPython", "--quick"]


def test_cell_that_failed_is_left_out_unless_the_run_began_there(tmp_path):
    code = notebook("1 / 0", "fit()", "x = 1")
    code["cells"][0]["status"] = code["cells"][1]["status"] = "failed"
    made = recreate({**code, "began_in": 1}, tmp_path)
    assert (tmp_path / "cells.py").read_text() == "fit()\n\nx = 1\n"
    assert made.missing == ["cell [0] did not run to its end, and is left out"]


def test_record_without_code_is_refused(tmp_path):
    for code in ({}, {"kind": "script"}, {"kind": "notebook", "cells": []}):
        with pytest.raises(ConfigurationError, match="holds no"):
            recreate(code, tmp_path)


def test_path_that_leads_out_of_the_folder_is_not_written(tmp_path):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    modules = [{"path": "../../evil.py", "source": "x"}, {"path": "/tmp/evil.py", "source": "x"}]
    assert write_files({**SCRIPT, "modules": modules}, inside) == ["train.py"]
    assert [path.name for path in tmp_path.rglob("*.py")] == ["train.py"]


def test_what_is_not_recorded_is_told(tmp_path):
    modules = [
        {"path": "big.py", "source": None, "left_out": "size"},
        {"path": "keys.py", "source": "k = '***'", "masked": True},
        {"path": "new.py", "source": "x = 1", "is_newer": True},
    ]
    assert recreate({**SCRIPT, "modules": modules}, tmp_path).missing == [
        "not recorded: big.py (size)",
        "keys.py had secrets in it, which are *** now",
        "new.py was changed on disk after the run had loaded it",
    ]
