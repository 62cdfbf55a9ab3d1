"""The summary of a project: one set of runs as table, parallel coordinates, scatter and curves."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.pages.aside import PLACES
from runs.pages.columns import Column
from runs.pages.curves import sparks_of
from runs.pages.differing import differing
from runs.pages.ends import add_ends
from runs.pages.front import front_of
from runs.pages.overview import Glance, Objective, glances
from runs.pages.records import Record, records_of
from runs.pages.table import MORE_PARAMS, Choice, arranged, choose, heads_of, rows_of
from runs.search import QueryError

from ..models import Project
from ..queries import project_for_user
from .aside import aside
from .groups import KEYS, groups_context
from .state import (
    ROWS,
    SummaryState,
    canonical,
    parse_state,
    saved_part,
    without_brush,
    without_pick,
)

# What can be shown of a metric beside its last value.
NUMBERS = (
    *((f"mean{count}", f"Mean of the last {count}") for count in (10, 5, 20, 50, 100)),
    ("min", "Lowest"),
    ("max", "Highest"),
    ("first", "First"),
    ("", "Last"),
    ("count", "Number of points"),
)
DOTTED = re.compile(r"\w+(?:\.\w+)*")
SPACE = re.compile(r"\s")
# So many characters before a fault in a query are shown.
MOST_BEFORE = 24


@require_safe
def summary(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The page; for htmx only the panel with the runs, which names its new address."""
    project = project_for_user(request.user, team_slug, project_slug)
    if project.path != f"{team_slug}/{project_slug}":
        return redirect(f"{project.get_absolute_url()}?{request.GET.urlencode()}")
    if place := PLACES.get(request.GET.get("place", "")):
        return aside(request, project, place)
    state = parse_state(request.GET)
    glance = glances([project])[project.pk]
    context = table_context(project, state, glance)
    context["chips"] = [
        {"brush": brush, "address": f"{request.path}?{without_brush(request.GET, brush)}"}
        for brush in state.brushes
    ]
    # What a form of the table itself sends on, so that narrowing keeps the rest of the view.
    saved = saved_part(request.GET.urlencode())
    context["kept"] = [
        (name, value)
        for name, values in QueryDict(saved).lists()
        if name != "pick"
        for value in values
    ]
    context["unpicked"] = f"{request.path}?{without_pick(request.GET)}"
    if not request.htmx:
        context |= front_of(context["records"])
        context["address"] = saved
        return render(request, "projects/summary.html", context)
    response = render(request, "projects/_runs_panel.html", context)
    address = canonical(request.GET)
    response["HX-Push-Url"] = f"{request.path}?{address}" if address else request.path
    # The tiles of what mattered follow the runs of the panel.
    response["HX-Trigger-After-Settle"] = "ahnb:runs"
    return response


def table_context(project: Project, state: SummaryState, glance: Glance) -> dict[str, Any]:
    """One page of the table, and what the other views need to follow it."""
    objective = glance.objective
    records = records_of({project.pk: objective})[project.pk] if objective else []
    best = records[-1] if records else None
    choice = choose(project, state.columns, objective, MORE_PARAMS if state.differ else None)
    context = {
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "is_owner": project.role >= Role.OWNER,
        "state": state,
        "sizes": ROWS,
        "number_choices": NUMBERS,
        "group_keys": KEYS,
        "glance": glance,
        "objective": objective,
        "records": records,
        "best": best,
        "choice": choice,
        "axes": axes_of(choice, state),
        "drawn_axes": ordered_axes(choice, state),
    }
    try:
        looked = [*choice.table, *choice.params]
        differs = differing(project, state.query, looked) if state.differ else None
        narrow = arranged(choice, state.pins, differs)
        same = [column.key for column in choice.table if column not in narrow.table]
        # A form of the page sends them on, so that they come back once they differ.
        context |= {"choice": narrow, "same": len(same), "left_out": same if state.columns else []}
        if state.is_grouped:
            return context | groups_context(project, state, narrow, objective)
        return context | runs_context(project, state, glance, narrow, best)
    except QueryError as error:
        return context | _told(error, state, choice)


def runs_context(
    project: Project, state: SummaryState, glance: Glance, choice: Choice, best: Record | None
) -> dict[str, Any]:
    """What the table of single runs needs. Raises QueryError for a faulty filter."""
    objective = glance.objective
    order = order_of(state, objective)
    page = queries.search_runs(
        project=project,
        q=state.query,
        order=order,
        limit=state.rows,
        cursor=state.cursor or None,
        is_fresh=True,
        listed=glance.runs,
    )
    add_ends(project, page.runs, choice.table)
    sparks = sparks_of(project, page.runs, objective.metric) if objective else {}
    return {
        "page": page,
        "hints": queries.search_hints(project=project, q=state.query) if not page.total else (),
        "heads": heads_of(choice.table, order, page.runs),
        "rows": rows_of(page.runs, choice.table, sparks, best.run_id if best else None),
        # What lies outside the brushes is drawn too, so that one can brush again.
        "has_charts": bool(page.total or state.brushes or state.pick),
    }


def _told(error: QueryError, state: SummaryState, choice: Choice) -> dict[str, Any]:
    """What is wrong with the filter, and where."""
    shown, pointer = pointed(state.query, error.position)
    return {
        "error": error,
        "shown": shown,
        "pointer": pointer,
        "meant": choice.meant_by(word_at(state.query, error.position)),
    }


def pointed(text: str, position: int) -> tuple[str, str]:
    """The query in one line, and the line below it that points at the place.

    Of a long one the beginning is left out, so that a narrow screen shows the place.
    """
    cut = max(0, position - MOST_BEFORE)
    lead = "…" if cut else ""
    return lead + SPACE.sub(" ", text[cut:]), "^".rjust(len(lead) + position - cut + 1)


def word_at(text: str, position: int) -> str:
    """The dotted word that begins there; "" where none does."""
    found = DOTTED.match(text, position)
    return found[0] if found else ""


def order_of(state: SummaryState, objective: Objective | None) -> str:
    """As asked; else best first, without an objective the newest."""
    return state.run_order or (objective.column.best_first if objective else "-started")


def ordered_axes(choice: Choice, state: SummaryState) -> list[tuple[Column, bool]]:
    """Every column that may be a parallel axis, those that are drawn first and in their order."""
    drawn = [column for key in state.axes or choice.axes if (column := choice.column(key))]
    keys = {column.key for column in drawn}
    options = [column for _, columns in choice.groups for column in columns]
    others = [(column, False) for column in options if column.key not in keys]
    return [*((column, True) for column in drawn), *others]


def axes_of(choice: Choice, state: SummaryState) -> dict[str, str]:
    """The keys of the scatterplot's axes and of the curves: as asked, else what tells most."""
    metrics = [column for column in choice.shown if column.kind == "metrics"]
    params = [column for column in choice.shown if column.kind == "params"]
    # Of what one can turn, the learning rate is what one looks at first.
    params.sort(key=lambda column: column.name != "optimizer.learning_rate")
    return {
        "x": state.x or (params[0].key if params else "started"),
        "y": state.y or (metrics[0].key if metrics else "duration"),
        "colour": state.colour,
        "mark": state.mark,
        "target": state.target,
        "series": state.series or (metrics[0].name if metrics else "best"),
    }
