"""Hidden state: what a run may rest on although the notebook does not show it any more."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from ahnb_client.capture.values import Json

from .executions import Execution

MAX_WARNINGS = 50


def hidden_state(
    executions: Iterable[Execution], deleted: Collection[str], order: Mapping[str, int]
) -> list[dict[str, Json]]:
    """Return warnings as ``{kind, cells, text}``; `cells` are the seqs of the executions meant.

    ``edited``: a cell ran, was changed and ran again, so that names of its first version may
    live on. ``deleted``: a cell ran that the notebook does not have any more. ``order``: a cell
    last ran after one below it. Cells without an id cannot be told apart and give none.

    Args:
        deleted: ids of the cells that the person has deleted.
        order: the place of each cell in the document, as far as it is known.
    """
    ran = [each for each in executions if each.cell is not None and not each.left_nothing]
    by_cell: dict[str, list[Execution]] = {}
    for execution in ran:
        by_cell.setdefault(str(execution.cell), []).append(execution)
    found = [*_deleted(by_cell, deleted), *_edited(by_cell, deleted), *_moved(by_cell, order)]
    return found[:MAX_WARNINGS]


def _edited(
    by_cell: Mapping[str, list[Execution]], deleted: Collection[str]
) -> Iterator[dict[str, Json]]:
    for cell, executions in by_cell.items():
        last = executions[-1]
        older = [each for each in executions if each.sha256 != last.sha256]
        if older and cell not in deleted:
            text = f"cell {last.label} also ran in another version, as {_labels(older)}"
            yield _warning("edited", [*older, last], text)


def _deleted(
    by_cell: Mapping[str, list[Execution]], deleted: Collection[str]
) -> Iterator[dict[str, Json]]:
    for cell, executions in by_cell.items():
        if cell in deleted:
            text = f"cell {executions[-1].label} ran and was deleted since"
            yield _warning("deleted", executions, text)


def _moved(
    by_cell: Mapping[str, list[Execution]], order: Mapping[str, int]
) -> Iterator[dict[str, Json]]:
    """From the bottom up: whatever ran last after the earliest of what stands below it."""
    known = [cell for cell in by_cell if cell in order]
    earliest: Execution | None = None
    for cell in sorted(known, key=lambda cell: order[cell], reverse=True):
        last = by_cell[cell][-1]
        if earliest is not None and earliest.seq < last.seq:
            text = f"cell {last.label} ran after {earliest.label}, which stands below it"
            yield _warning("order", [earliest, last], text)
        if earliest is None or last.seq < earliest.seq:
            earliest = last


def _labels(executions: list[Execution]) -> str:
    labels = [execution.label for execution in executions]
    return ", ".join(labels[-5:]) + (f" and {len(labels) - 5} times more" if labels[5:] else "")


def _warning(kind: str, executions: list[Execution], text: str) -> dict[str, Json]:
    return {"kind": kind, "cells": [each.seq for each in executions[-20:]], "text": text}
