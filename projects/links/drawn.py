"""Parallel coordinates and scatterplot of a public view: of the runs and columns of its table.

Nothing is drawn that the table does not show; axes that the saved view asks for beside it are left
out, and runs are coloured by rank only where the page shows the metric that decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from projects.models import Project
from projects.views.state import SummaryState
from runs.models import Run
from runs.pages.charts import Rows, chart_data, read_rows
from runs.pages.columns import Column
from runs.search.fields import PARTS

from .people import masked


@dataclass(frozen=True)
class Drawing:
    """The columns that are drawn, and which of them are the axes, by their keys.

    Attributes:
        ranked: the metric that runs are coloured by; None where the page does not show it.
        parallel: the axes of the parallel coordinates, in their order.
        has_axes: whether the saved view chose them.
        x, y, colour, mark: of the scatterplot; "" for none.
    """

    columns: tuple[Column, ...]
    ranked: Column | None
    parallel: list[str]
    has_axes: bool
    x: str
    y: str
    colour: str
    mark: str
    looks: dict[str, Any]

    @property
    def sides(self) -> list[tuple[str, str]]:
        """The axes that one chooses on the page, with the column on each."""
        return [("x", self.x), ("y", self.y)]


def drawing_of(
    state: SummaryState, table: Sequence[Column], ranked: Column | None
) -> Drawing | None:
    """What is drawn of the columns of a table; None where they are less than two."""
    columns = tuple(one for one in table if _is_drawn(one))
    keys = [one.key for one in columns]
    if len(keys) < 2:
        return None
    results = [one.key for one in columns if one.kind == "metrics"]
    causes = [key for key in keys if key not in results]
    asked = [key for key in state.axes or () if key in keys]
    y = _shown(state.y, keys) or (results or keys)[0]
    others = [key for key in [*causes, *keys] if key != y]
    return Drawing(
        columns=columns,
        ranked=ranked,
        parallel=asked or [*causes, *results],
        has_axes=bool(asked),
        x=_shown(state.x, keys) or others[0],
        y=y,
        colour=_shown(state.colour, keys),
        mark=_shown(state.mark, keys),
        looks={name: getattr(state, name) for name in ("xlog", "ylog", "front")},
    )


def data_of(
    project: Project, runs: Sequence[Run], drawing: Drawing, *, shows_people: bool
) -> dict[str, Any]:
    """What the page's script draws; the runs have numbers of the page's own."""
    rows = read_rows(project, [run.id for run in runs], drawing.columns, drawing.ranked)
    numbers = {run.id: number for number, run in enumerate(runs, 1)}
    facts = rows.facts | {"number": [numbers[run_id] for run_id in rows.ids]}
    rows = replace(rows, facts=facts)
    data = chart_data(
        rows if shows_people else _without_people(rows), drawing.columns, drawing.ranked
    )
    data["runs"] = {name: data["runs"][name] for name in ("number", "name", "status")}
    sides = {side: getattr(drawing, side) for side in ("x", "y", "colour", "mark")}
    shape = {"parallel": drawing.parallel, "hasAxes": drawing.has_axes, "total": len(rows.ids)}
    return data | sides | drawing.looks | shape


def _is_drawn(column: Column) -> bool:
    """Whether a column of a table has values that a drawing can show."""
    if column.kind == "metrics":
        return (column.part or "last") in PARTS
    return column.kind in ("params", "plain")


def _shown(key: str, keys: Sequence[str]) -> str:
    return key if key in keys else ""


def _without_people(rows: Rows) -> Rows:
    params = {key: (numbers, masked(texts)) for key, (numbers, texts) in rows.params.items()}
    return replace(rows, params=params)
