"""What the charts of a project's summary draw, as JSON."""

from __future__ import annotations

from math import isfinite
from typing import Any

import orjson
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.pages.charts import MOST_RUNS, chart_data
from runs.pages.columns import Column
from runs.pages.curves import MOST_CURVES, Look, curves_of
from runs.pages.overview import Objective, glances
from runs.pages.table import Choice, choose

from ..queries import project_for_user
from .state import SummaryState, parse_state
from .summary import axes_of, order_of


@require_safe
def charts(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """What parallel coordinates and scatterplot draw: the first runs of the filter's order.

    The brushes are left out on purpose: charts draw what lies outside them, but paler.
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
    run_ids, total = queries.found_ids(
        project=project,
        q=state.q,
        order=order_of(state, objective),
        limit=MOST_RUNS,
        listed=glance.runs,
    )
    target = target_of(choice, state, objective)
    data = chart_data(project, run_ids, columns, target)
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
