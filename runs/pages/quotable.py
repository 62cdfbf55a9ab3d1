"""The table of a project's page as cells to quote: each number with the run that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ahnb_platform.web import formats
from ahnb_platform.web.quoting import Cell, like_others, with_spread
from projects.models import Project

from .. import queries
from ..search.printing import narrowed
from .columns import Column, finite
from .ends import add_ends
from .grouping import Group, Grouped, spreads_of

MOST_ROWS = 1_000
# Of a run's own facts those that a table on paper can hold.
LEFT_OUT = ("curve",)


@dataclass(frozen=True)
class Quotable:
    """A table: `total` rows in all, of which at most `MOST_ROWS` are here."""

    head: list[str]
    rows: list[list[Cell]]
    total: int


def runs_table(
    project: Project, *, q: str, order: str, columns: Sequence[Column], server: str
) -> Quotable:
    """The first runs that match, in order.

    Args:
        server: the address of this server, for permanent links.

    Raises:
        runs.search.QueryError: `q` or `order` cannot be understood.
    """
    page = queries.search_runs(project=project, q=q, order=order, limit=MOST_ROWS, is_fresh=True)
    kept = [column for column in columns if column.name not in LEFT_OUT or column.kind != "fact"]
    head = ["run", *(_head(column) for column in kept)]
    add_ends(project, page.runs, kept)
    spreads = spreads_of(project, {run.configuration for run in page.runs}, kept)
    rows = [
        _run_row(
            project, run, [(one, spreads.get((run.configuration, one.key))) for one in kept], server
        )
        for run in page.runs
    ]
    return Quotable(head, rows, page.total)


def groups_table(project: Project, found: Grouped, *, q: str, server: str) -> Quotable:
    """Groups with the mean, the spread and the number of runs of each metric."""
    head = ["group", "runs"]
    for column in found.columns:
        head += [_head(column), "n"]
    rows = [_group_row(project, group, q, server) for group in found.groups]
    return Quotable(head, rows, found.total)


def _head(column: Column) -> str:
    return f"{column.label} ({column.qualifier})" if column.qualifier else column.label


def _run_row(
    project: Project, run: Any, columns: Sequence[tuple[Column, float | None]], server: str
) -> list[Cell]:
    """The cells of a run, of columns and the spread that each has among the run's repeats."""
    address = f"{server}{project.get_absolute_url()}runs/{run.number}/"
    name = Cell(f"#{run.number} {run.name}", address)
    return [name, *(_cell(run, column, spread, address) for column, spread in columns)]


def _cell(run: Any, column: Column, spread: float | None, address: str) -> Cell:
    if column.kind in ("metrics", "end"):
        value = finite(column.value(run))
        return Cell(
            like_others(value, spread), address if value is not None else "", is_number=True
        )
    if column.key == "started":
        return Cell(formats.utc(run.started_at))
    if column.key == "duration":
        return Cell(formats.duration(run.duration_seconds))
    return Cell(_fact(run, column))


def _fact(run: Any, column: Column) -> str:
    facts = {
        "status": run.shown_status,
        "tags": ", ".join(run.tags),
        "user": str(run.user or "–"),
        "version": f"v{run.model_version}" if run.model_version else "–",
    }
    if column.kind != "params" and column.name in facts:
        return facts[column.name]
    value = column.value(run)
    return "–" if value is None else str(formats.given(value))


def _group_row(project: Project, group: Group, q: str, server: str) -> list[Cell]:
    query = urlencode({"q": narrowed(q, group.condition)})
    address = f"{server}{project.get_absolute_url()}?{query}"
    row = [Cell(group.words, address), Cell(str(group.runs), is_number=True)]
    for measure in group.measures:
        link = address if measure.n else ""
        row += [
            Cell(with_spread(measure.mean, measure.spread), link, is_number=True),
            Cell(str(measure.n), is_number=True),
        ]
    return row
