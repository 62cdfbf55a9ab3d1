"""The cells of a kernel as part of a run's record."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ahnb_client.rebuild.code import recreate
from tests.ahnb_client.server import Store

from .kernels import Kernel

Arrived = Callable[..., Any]
FIT = """
    with ahnb_client.run(name="a") as run:
        run.log({"loss": 1.0})
"""


def code_of(store: Store, arrived: Arrived, name: str = "a") -> dict[str, Any]:
    """The last code document of the run of this name, once its cell has ended in it."""

    def look() -> Any:
        ids = [run_id for run_id, body in store.runs.items() if body.get("name") == name]
        documents = [code for run_id in ids for code in store.events(run_id, "code")]
        ended = [code for code in documents if code["cells"][-1]["status"] != "running"]
        return ended[-1] if ended else None

    found: dict[str, Any] = arrived(look)
    return found


def sources(code: dict[str, Any]) -> list[str]:
    return [code["sources"][cell["sha256"]] for cell in code["cells"]]


def test_cells_are_recorded_as_they_ran(loaded: Kernel, store: Store, arrived: Arrived) -> None:
    loaded.run("width = 64", cell="c1")
    loaded.run("1 / 0", cell="c2")
    loaded.run(FIT, cell="c3")
    code = code_of(store, arrived)
    assert sources(code)[1:3] == ["width = 64", "1 / 0"]
    assert sources(code)[3].startswith('with ahnb_client.run(name="a")')
    assert [cell["id"] for cell in code["cells"]] == [None, "c1", "c2", "c3"]
    assert [cell["execution_count"] for cell in code["cells"]] == [1, 2, 3, 4]
    assert [cell["status"] for cell in code["cells"][1:]] == ["finished", "failed", "finished"]
    assert code["cells"][2]["error"] == {"type": "ZeroDivisionError", "message": "division by zero"}
    assert code["cells"][1]["sha256"] == hashlib.sha256(b"width = 64").hexdigest()
    times = [(cell["start"], cell["end"]) for cell in code["cells"][1:]]
    assert times == sorted(times)
    assert all(start <= end for start, end in times)
    assert code["began_in"] == 4
    assert code["warnings"] == []


def test_the_record_is_there_while_the_cell_runs(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('run = ahnb_client.run(name="open")')
    assert sources(code_of(store, arrived, "open"))[-1].startswith("run = ")
    loaded.run("later = 1")
    loaded.run("run.finish()")
    arrived(lambda: "later = 1" in sources(code_of(store, arrived, "open")))


def test_cells_before_the_extension_are_recorded(
    kernel: Kernel, store: Store, arrived: Arrived
) -> None:
    kernel.run("early = 1")
    kernel.run("%load_ext ahnb_client\nimport ahnb_client")
    kernel.run(FIT)
    code = code_of(store, arrived)
    assert sources(code)[0] == "early = 1"
    assert code["cells"][0]["status"] is None


def test_cells_are_recorded_without_the_extension_and_nothing_is_shown(
    kernel: Kernel, store: Store, arrived: Arrived
) -> None:
    kernel.run("early = 1")
    answer = kernel.run("import ahnb_client\n" + FIT.replace("\n    ", "\n"), cell="c2")
    code = code_of(store, arrived)
    assert [cell["id"] for cell in code["cells"]] == [None, "c2"]
    assert sources(code)[0] == "early = 1"
    assert answer.displays == []


def test_capture_without_code_records_no_cell(loaded: Kernel, store: Store) -> None:
    loaded.run("with ahnb_client.run(capture='-code') as run: pass\nassert run.wait(20)")
    (run_id,) = store.runs
    assert store.events(run_id, "environment")
    assert store.events(run_id, "code") == []


def test_equal_cells_are_stored_once(loaded: Kernel, store: Store, arrived: Arrived) -> None:
    for _ in range(3):
        loaded.run("count = 1")
    loaded.run(FIT)
    code = code_of(store, arrived)
    assert len(code["cells"]) == 5
    assert len(code["sources"]) == 3


def test_secrets_in_cells_are_masked(loaded: Kernel, store: Store, arrived: Arrived) -> None:
    secret = "kX9vQ2mZ7tR4wL8pB3nY6cJ1"
    loaded.run(f'api_key = "{secret}"\n%env SERVICE_TOKEN={secret}')
    loaded.run(f'raise ValueError("password={secret}")')
    loaded.run(FIT)
    code = code_of(store, arrived)
    assert secret not in json.dumps(code)
    assert code["masked"] == sorted(cell["sha256"] for cell in code["cells"][1:3])


def test_edited_deleted_and_moved_cells_are_told(
    loaded: Kernel, store: Store, arrived: Arrived, tmp_path: Path
) -> None:
    path = tmp_path / "study.ipynb"
    path.write_text(json.dumps({"cells": [{"id": name} for name in ("a", "b", "fit")]}))
    loaded.run(f"import os\nos.environ['AHNB_NOTEBOOK'] = {str(path)!r}")
    loaded.run("gone = 1", cell="gone")
    loaded.run("width = 64", cell="b")
    loaded.run("width = 128", cell="b")
    loaded.run("depth = 2", cell="a")
    loaded.run(FIT, cell="fit", deleted=["gone"])
    code = code_of(store, arrived)
    assert code["name"] == str(path)
    assert [(warning["kind"], warning["text"]) for warning in code["warnings"]] == [
        ("deleted", "cell [3] ran and was deleted since"),
        ("edited", "cell [5] also ran in another version, as [4]"),
        ("order", "cell [6] ran after [5], which stands below it"),
    ]


def test_the_name_is_what_the_front_end_says_and_no_more(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run(FIT)
    assert code_of(store, arrived)["name"] is None
    loaded.run("__vsc_ipynb_file__ = '/home/a/study.ipynb'")
    loaded.run(FIT.replace('"a"', '"b"'))
    assert code_of(store, arrived, "b")["name"] == "/home/a/study.ipynb"
    assert "study" not in loaded.said


def test_one_session_has_one_identity_and_a_restart_another(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    for name in ("a", "b"):
        loaded.run(FIT.replace('"a"', f'"{name}"'))
    loaded.restart(kill=False)
    loaded.run("%load_ext ahnb_client\nimport ahnb_client")
    loaded.run(FIT.replace('"a"', '"c"'))
    first, second, third = (code_of(store, arrived, name)["session"] for name in "abc")
    assert first == second != third


def test_recorded_cells_become_a_program_again(
    loaded: Kernel, store: Store, arrived: Arrived, tmp_path: Path
) -> None:
    loaded.run("width = 64")
    loaded.run("1 / 0")
    loaded.run("width = width * 2")
    loaded.run(FIT)
    made = recreate(code_of(store, arrived), tmp_path / "again")
    program = (made.folder / "cells.ipy").read_text()
    assert program.index("width = 64") < program.index("width * 2") < program.index("with ahnb")
    assert "1 / 0" not in program
    assert made.missing == ["cell [3] did not run to its end, and is left out"]
