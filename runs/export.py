"""Runs as CSV, row by row."""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ahnb_platform.web.quoting import Cell
from ahnb_platform.web.sheets import Line, guarded
from projects.models import Project

from . import queries
from .models import Run
from .params import flattened
from .search.pages import MOST_RUNS

PLAIN = (
    "id",
    "number",
    "name",
    "status",
    "group",
    "tags",
    "user",
    "created_at",
    "started_at",
    "finished_at",
    "duration_seconds",
)
PARTS = ("last", "min", "max")
PERMALINK = "url"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?")


def rows_of(
    project: Project,
    *,
    q: str,
    order: str,
    cursor: str | None,
    limit: int | None,
    address: str,
    is_fresh: bool = False,
) -> Iterator[str]:
    """The lines of the file, the header first.

    Args:
        limit: rows at most; None for all.
        address: of this server, for the permanent link of each run.
        is_fresh: the caller has just let the rows that are searched show all points.

    Raises:
        runs.search.QueryError: at the first line.
    """
    writer = csv.writer(Line())
    size = limit or MOST_RUNS
    page = queries.search_runs(
        project=project, q=q, order=order, cursor=cursor, limit=size, is_fresh=is_fresh
    )
    params, metrics = queries.param_names(project), queries.metric_names(project)
    header = [*PLAIN, *(f"params.{name}" for name in params)]
    header += [f"metrics.{name}.{part}" for name in metrics for part in PARTS]
    yield writer.writerow([guarded(cell) for cell in [*header, PERMALINK]])
    while True:
        for run in page.runs:
            cells = [*_plain(run), *_params(run, params), *_metrics(run, metrics)]
            url = address + run.get_absolute_url()
            yield writer.writerow([guarded(cell) for cell in [*cells, url]])
        if page.next_cursor is None or limit is not None:
            return
        page = queries.search_runs(
            project=project, q=q, order=order, cursor=page.next_cursor, limit=size, is_fresh=True
        )


def csv_table(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table that is quoted, as a file: the texts of its cells, and where each row comes from."""
    writer = csv.writer(Line())
    lines = [writer.writerow([guarded(text) for text in [*head, PERMALINK]])]
    for row in rows:
        texts = [cell.text if _is_number(cell) else guarded(cell.text) for cell in row]
        lines.append(writer.writerow([*texts, row[0].address]))
    return "".join(lines)


def _is_number(cell: Cell) -> bool:
    """A number cannot be computed further, whatever its sign."""
    return cell.is_number or bool(NUMBER.fullmatch(cell.text))


def _plain(run: Run) -> list[Any]:
    return [
        str(run.id),
        run.number,
        run.name,
        run.shown_status,
        run.group,
        ", ".join(run.tags),
        run.user.email if run.user else "",
        run.created_at.isoformat(),
        run.started_at.isoformat(),
        run.finished_at.isoformat() if run.finished_at else "",
        run.duration_seconds,
    ]


def _params(run: Run, names: list[str]) -> list[Any]:
    leaves = dict(flattened(run.params))
    return [_cell(leaves.get(name)) for name in names]


def _metrics(run: Run, names: list[str]) -> list[Any]:
    found = [run.metrics.get(name) for name in names]
    return [getattr(summary, part) if summary else None for summary in found for part in PARTS]


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value
