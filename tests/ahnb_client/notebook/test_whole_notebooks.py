"""Whole notebooks, executed and saved as `jupyter nbconvert --execute` does it."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.ahnb_client.processes import ROOT
from tests.ahnb_client.server import Store

Arrived = Callable[..., Any]


@pytest.fixture
def execute(settings: dict[str, str], tmp_path: Path) -> Callable[..., Any]:
    """Executes a notebook in a kernel of its own and gives it as it would be saved."""

    def run(notebook: Any, **options: Any) -> Any:
        resources = {"metadata": {"path": str(tmp_path)}}
        client = NotebookClient(notebook, timeout=300, resources=resources, **options)
        return nbformat.reads(nbformat.writes(client.execute(env=settings)), as_version=4)

    return run


def notebook_of(*sources: str) -> Any:
    return new_notebook(cells=[new_code_cell(textwrap.dedent(each).strip()) for each in sources])


def pages(cells: Sequence[Any]) -> list[str]:
    """The HTML that some cells have as outputs."""
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return [data["text/html"] for data in shown if "text/html" in data]


def test_the_saved_notebook_keeps_the_last_state_of_a_card(
    execute: Callable[..., Any], store: Store
) -> None:
    saved = execute(
        notebook_of(
            "%load_ext ahnb_client\nimport ahnb_client",
            """
            import time
            run = ahnb_client.run(name="a")
            for step in range(12):
                run.log({"loss": 1 / (step + 1)})
                time.sleep(0.1)
            """,
            "run.finish()\nassert run.wait(20)",
        )
    )
    (page,) = pages(saved.cells)
    assert "✓ finished" in page
    assert "<polyline" in page
    (run_id,) = store.runs
    code = store.events(run_id, "code")[-1]
    assert [cell["id"] for cell in code["cells"]] == [None, None, None]
    assert code["warnings"] == []


def test_a_failing_cell_ends_its_run_and_says_so_in_the_saved_notebook(
    execute: Callable[..., Any], store: Store, arrived: Arrived
) -> None:
    saved = execute(
        notebook_of(
            "%load_ext ahnb_client\nimport ahnb_client",
            'with ahnb_client.run(name="a") as run:\n    raise ValueError("no")',
            "print(run.status)",
        ),
        allow_errors=True,
    )
    assert "✕ failed" in pages(saved.cells)[-1]
    assert saved.cells[-1].outputs[0]["text"] == "failed\n"
    (run_id,) = store.runs
    arrived(lambda: store.status(run_id) == "failed")


@pytest.mark.keras
@pytest.mark.slow
def test_the_example_runs_and_is_recorded(
    execute: Callable[..., Any], store: Store, arrived: Arrived
) -> None:
    path = ROOT / "examples" / "digits.ipynb"
    example = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in example.cells)
    saved = execute(example)
    small, wide = sorted(store.runs)
    arrived(lambda: store.status(small) == store.status(wide) == "finished")
    cards = pages(saved.cells)
    assert len(cards) == 3
    assert all("✓ finished" in card and "val_accuracy" in card for card in cards)
    assert [note["text"] for note in store.events(small, "note")] == [
        "the baseline, against which everything else is measured",
        "still learning when it stopped",
        "**Next:** a wider layer.\n\n- the same seed and data\n"
        "- if it is better by less than 0.01, keep the small one",
    ]
    assert [note["text"] for note in store.events(wide, "note")] == ["eight times as wide"]
    accuracies = [value for _, value in store.points(wide, "val_accuracy")]
    assert len(accuracies) == 8
    assert accuracies[-1] > 0.9
    assert len(store.events(wide, "code")[-1]["cells"]) == 8
