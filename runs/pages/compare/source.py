"""The code of two runs as a diff: files by name, cells aligned, each line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...differences.texts import Line, line_difference, paired
from ..code import CellRow, Code, Room, code_of

MOST_SHOWN = 500
LONGEST_LINE = 300
# All that a client may record (`docs/api.md`).
WHOLE = {"characters": 4_000_000, "cells": 2_000, "modules": 500}


@dataclass(frozen=True)
class Diff:
    """The lines of a diff, each with the word for its kind; `remark` says what is not shown.

    `files` is how many files and cells differ.
    """

    lines: tuple[Line, ...] = ()
    remark: str = ""
    files: int = 0


def diff_of(base: Any, other: Any) -> Diff:
    """How the code of `other` differs from that of `base`, both as recorded."""
    one, two = code_of(base, Room(**WHOLE)), code_of(other, Room(**WHOLE))
    if one is None or two is None:
        both = one is None and two is None
        return Diff(remark=f"{'Neither' if both else 'One'} of the two has recorded code.")
    lines = list(_lines(one, two))
    remarks = {
        f"The first {MOST_SHOWN:,} of {len(lines):,} lines.": len(lines) > MOST_SHOWN,
        "Some cells or files are not compared.": bool(one.left_out or two.left_out),
    }
    shown = tuple((kind, line[:LONGEST_LINE]) for kind, line in lines[:MOST_SHOWN])
    files = sum(kind == "file" and line.startswith("+++") for kind, line in lines)
    return Diff(shown, " ".join(remark for remark, holds in remarks.items() if holds), files)


def _lines(one: Code, two: Code) -> Iterator[Line]:
    yield from _cells(one.cells, two.cells)
    before, after = _texts(one), _texts(two)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        yield from _file(name if was is not None else "", name if now is not None else "", was, now)


def _cells(one: Sequence[CellRow], two: Sequence[CellRow]) -> Iterator[Line]:
    """Cells that belong together, whatever numbers stand beside them."""
    texts = [[cell.source or "" for cell in cells] for cells in (one, two)]
    for part in paired(*texts):
        before = "" if part.before is None else f"cell {one[part.before].label}"
        after = "" if part.after is None else f"cell {two[part.after].label}"
        was = None if part.before is None else texts[0][part.before]
        now = None if part.after is None else texts[1][part.after]
        yield from _file(before, after, was, now)


def _file(before: str, after: str, was: str | None, now: str | None) -> Iterator[Line]:
    if was == now:
        return
    yield "file", f"--- {before or '(not there)'}"
    yield "file", f"+++ {after or '(not there)'}"
    yield from line_difference(was or "", now or "")


def _texts(code: Code) -> dict[str, str]:
    """All texts but those of cells, by name."""
    files = {file.path: file.source or f"({file.remark})" for file in code.files}
    return files | ({"uncommitted changes": code.changes} if code.changes else {})
