"""The code of two runs as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from ..code import Code, code_of

MOST_LINES = 1_500  # of each file that are compared
MOST_SHOWN = 500
LONGEST_LINE = 300


@dataclass(frozen=True)
class Diff:
    """The lines of a diff, each with the word for its kind; `remark` says what is not shown."""

    lines: tuple[tuple[str, str], ...] = ()
    remark: str = ""


def diff_of(base: Any, other: Any) -> Diff:
    """How the code of `other` differs from that of `base`, both as recorded."""
    one, two = code_of(base), code_of(other)
    if one is None or two is None:
        both = one is None and two is None
        return Diff(remark=f"{'Neither' if both else 'One'} of the two has recorded code.")
    lines, is_cut = _diff(_texts(one), _texts(two))
    remarks = {
        f"The first {MOST_SHOWN:,} of {len(lines):,} lines.": len(lines) > MOST_SHOWN,
        f"Of long files the first {MOST_LINES:,} lines are compared.": is_cut,
        "Some cells or files are not compared.": bool(one.left_out or two.left_out),
    }
    shown = tuple((_kind(line), line[:LONGEST_LINE]) for line in lines[:MOST_SHOWN])
    return Diff(shown, " ".join(remark for remark, holds in remarks.items() if holds))


def _diff(one: Mapping[str, str], two: Mapping[str, str]) -> tuple[list[str], bool]:
    found: list[str] = []
    is_cut = False
    for name in dict.fromkeys([*one, *two]):
        before, after = one.get(name, ""), two.get(name, "")
        if before == after:
            continue
        was, now = before.splitlines(), after.splitlines()
        is_cut |= max(len(was), len(now)) > MOST_LINES
        found += unified_diff(was[:MOST_LINES], now[:MOST_LINES], name, name, lineterm="")
    return found, is_cut


def _texts(code: Code) -> dict[str, str]:
    return dict(_named(code))


def _named(code: Code) -> Iterator[tuple[str, str]]:
    """All texts by name; the cells of a notebook as one, in the order in which they ran."""
    if code.cells:
        yield "cells", "\n".join(f"# cell\n{cell.source or ''}" for cell in code.cells)
    for file in code.files:
        yield file.path, file.source or f"({file.remark})"
    if code.changes:
        yield "uncommitted changes", code.changes


def _kind(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "file"
    return {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")
