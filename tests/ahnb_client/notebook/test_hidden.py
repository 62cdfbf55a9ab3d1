"""Warnings about state that the notebook does not show any more."""

from ahnb_client.notebook.executions import Execution
from ahnb_client.notebook.front import document_order
from ahnb_client.notebook.hidden import MAX_WARNINGS, hidden_state


def ran(*cells: tuple[str | None, str]) -> list[Execution]:
    """Executions of cells as (id, source)."""
    return [
        Execution(seq, seq, cell, source, float(seq), "finished")
        for seq, (cell, source) in enumerate(cells, 1)
    ]


def kinds(
    executions: list[Execution], deleted: tuple[str, ...] = (), order: str = ""
) -> list[tuple[str, list[int]]]:
    places = {cell: place for place, cell in enumerate(order)}
    told = hidden_state(executions, deleted, places)
    return [(warning["kind"], warning["cells"]) for warning in told]


def test_a_notebook_run_from_top_to_bottom_has_none() -> None:
    assert kinds(ran(("a", "1"), ("b", "2"), ("c", "3")), order="abc") == []


def test_running_a_cell_again_unchanged_is_no_edit() -> None:
    assert kinds(ran(("a", "1"), ("a", "1"))) == []


def test_an_edited_cell_is_told_once_with_all_its_versions() -> None:
    executions = ran(("a", "1"), ("a", "2"), ("b", "x"), ("a", "3"))
    assert kinds(executions) == [("edited", [1, 2, 4])]


def test_a_version_that_did_not_compile_left_nothing() -> None:
    executions = ran(("a", "1 ="), ("a", "1"))
    executions[0].left_nothing = True
    assert kinds(executions) == []


def test_a_deleted_cell_is_told_as_deleted_alone() -> None:
    executions = ran(("a", "1"), ("a", "2"), ("b", "3"))
    assert kinds(executions, deleted=("a", "never ran")) == [("deleted", [1, 2])]


def test_a_cell_run_again_after_those_below_is_out_of_order() -> None:
    executions = ran(("a", "1"), ("b", "2"), ("c", "3"), ("b", "2"))
    assert kinds(executions, order="abc") == [("order", [3, 4])]


def test_running_the_rest_again_mends_the_order() -> None:
    executions = ran(("b", "2"), ("a", "1"), ("b", "2"), ("c", "3"))
    assert kinds(executions, order="abc") == []


def test_cells_without_ids_or_places_give_no_warning() -> None:
    executions = ran((None, "1"), (None, "2"), ("z", "3"), ("a", "4"))
    assert kinds(executions, order="a") == []


def test_warnings_are_bounded() -> None:
    cells = [(f"c{number}", source) for number in range(100) for source in ("1", "2")]
    assert len(kinds(ran(*cells))) == MAX_WARNINGS


def test_the_order_of_something_else_than_a_notebook_is_unknown(tmp_path) -> None:
    for name, content in (("a.ipynb", "{"), ("b.ipynb", '{"cells": 3}'), ("c.py", "[]")):
        (tmp_path / name).write_text(content)
        assert document_order(str(tmp_path / name)) == {}
    assert document_order(None) == document_order("/nowhere/x.ipynb") == {}
