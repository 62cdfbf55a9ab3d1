"""Tables with a column for each run: which rows differ, and how their cells are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import counted, given

MOST_ROWS = 200
LONGEST_CELL = 160
MOST_ITEMS = 32
MISSING = object()
Leaves = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """What one run has: its text, how it lies beside the base, and whether it is best."""

    text: str
    is_other: bool = False
    is_best: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table; `differs` where not all runs have the same."""

    label: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True)
class Table:
    """The rows that are shown, how many differ and are there in all, and do not fit on a page."""

    rows: tuple[Row, ...]
    differing: int
    total: int
    left_out: int = 0

    @property
    def alike(self) -> int:
        return self.total - self.differing


def table_of(
    columns: Sequence[Leaves],
    base: int,
    *,
    show_all: bool,
    place: Callable[[str], Any] | None = None,
) -> Table:
    """A row for each name; those that differ first, in the order of `place`, else as they come."""
    names = list(dict.fromkeys(name for column in columns for name in column))
    if place:
        names.sort(key=lambda name: (place(name), name))
    differing: list[tuple[str, list[Any]]] = []
    alike: list[tuple[str, list[Any]]] = []
    for name in names:
        values = [column.get(name, MISSING) for column in columns]
        (differing if _differ(values) else alike).append((name, values))
    shown = [(*one, True) for one in differing] + [(*one, False) for one in alike if show_all]
    rows = [_row(name, values, base, differs) for name, values, differs in shown[:MOST_ROWS]]
    return Table(tuple(rows), len(differing), len(names), len(shown) - len(rows))


def cut(text: str) -> str:
    """The text, short enough for a cell, with a note where it was longer."""
    more = len(text) - LONGEST_CELL
    return text if more <= 0 else f"{text[:LONGEST_CELL]}… and {counted(more, 'more character')}"


def leaves_of(value: Any, prefix: str = "") -> dict[str, Any]:
    """The leaves of a document by their paths; lists of parts are parts, other lists leaves."""
    found: dict[str, Any] = {}
    for key, part in _parts(value):
        path = f"{prefix}{key}"
        if isinstance(part, Mapping) or _holds_parts(part):
            found |= leaves_of(part, f"{path}.")
        else:
            found[path] = part
    return found


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    return [(str(at), part) for at, part in enumerate(value[:MOST_ITEMS])]


def _holds_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, Mapping) for part in value)


def _differ(values: Sequence[Any]) -> bool:
    first = values[0]
    if values.count(first) < len(values):
        return True
    # Equal in Python, but not what is meant: 1 and true.
    return first in (0, 1) and len({isinstance(value, bool) for value in values}) > 1


def same(one: Any, other: Any) -> bool:
    """Whether two values of a record are the same; `1` and `true` are not."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _row(name: str, values: Sequence[Any], base: int, differs: bool) -> Row:
    cells = (Cell(written(value), not same(value, values[base])) for value in values)
    return Row(cut(name), tuple(cells), differs)


def written(value: Any) -> str:
    if value is MISSING:
        return "–"
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        return cut(f"{given(value[:MOST_ITEMS])} … {len(value):,} items")
    return cut(given(value)) or "“”"
