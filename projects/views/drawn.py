"""What the charts of a project's summary draw, as JSON."""

from __future__ import annotations

from math import isfinite
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.pages.charts import MOST_RUNS
from runs.pages.columns import Column
from runs.pages.curves import MOST_CURVES, Look, curves_of
from runs.pages.known import Known, data_beside
from runs.pages.overview import Objective, glances
from runs.pages.table import Choice, choose

from ..queries import project_for_user
from .state import SummaryState, parse_state
from .summary import axes_of, order_of


@require_safe
def charts(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """What parallel coordinates and scatterplot draw: the first runs of the filter's order.

    The brushes are left out on purpose: charts draw what lies outside them, but paler. Who has
    drawn the runs of another filter names it, as `base`, with the `tag` that came with them, and
    gets of these runs the places alone (`runs.pages.known`), if they are what they were.
    """
    project = project_for_user(request.user, team_slug, project_slug)
    state = parse_state(request.GET)
    glance = glances([project])[project.pk]
    objective = glance.objective
    choice = choose(project, state.columns, objective)
    axes = axes_of(choice, state)
    drawn = state.axes or choice.axes
    wanted = dict.fromkeys([*drawn, axes["x"], axes["y"], state.colour, state.mark])
    columns = [column for key in wanted if (column := choice.column(key))]

    def found(asked: SummaryState) -> tuple[list[UUID], int]:
        order = order_of(asked, objective)
        return queries.found_ids(
            project=project, q=asked.q, order=order, limit=MOST_RUNS, listed=glance.runs
        )

    run_ids, total = found(state)
    base, tag = parse_state(QueryDict(request.GET.get("base", ""))), request.GET.get("tag", "")
    known = Known(found(base)[0], tag) if tag else None
    data = data_beside(known, project, run_ids, columns, target_of(choice, state, objective))
    looks = {name: getattr(state, name) for name in ("xlog", "ylog", "front")}
    drawing = {"parallel": drawn, "hasAxes": bool(state.axes), "total": total}
    return json_answer(data | axes | looks | drawing)


def target_of(choice: Choice, state: SummaryState, objective: Objective | None) -> Column | None:
    """The metric by which runs are ranked and coloured: as asked, else what decides."""
    asked = choice.column(state.target) if state.target else None
    if asked and asked.kind == "metrics" and asked.direction:
        return asked
    return objective.column if objective else None


@require_safe
def curves(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The curves of one metric for the first runs of filter and brushes."""
    project = project_for_user(request.user, team_slug, project_slug)
    state = parse_state(request.GET)
    glance = glances([project])[project.pk]
    page = queries.search_runs(
        project=project,
        q=state.query,
        order=order_of(state, glance.objective),
        limit=MOST_CURVES,
        is_fresh=True,
        listed=glance.runs,
    )
    look = Look(state.series, state.over, state.band, stretch_of(request.GET))
    drawn = curves_of(project, page.runs, look)
    return json_answer({"total": page.total, "metric": state.series} | drawn)


def stretch_of(parameters: QueryDict) -> tuple[float, float] | None:
    """The part of x between `from` and `to`; None where these are no two numbers."""
    try:
        low, high = float(parameters.get("from", "")), float(parameters.get("to", ""))
    except ValueError:
        return None
    return (low, high) if isfinite(low) and isfinite(high) and low <= high else None


def json_answer(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(document), content_type="application/json")
