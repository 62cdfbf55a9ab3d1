"""The table of a project's summary with its runs put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.pages.columns import Column
from runs.pages.grouping import ROWS, Grouped, condition_of, grouped, is_key
from runs.pages.overview import Objective, glances
from runs.pages.table import Choice, Head, choose, head_of, heads_of, rows_of
from runs.search.printing import narrowed

from ..models import Project
from ..queries import project_for_user
from .state import SummaryState, canonical, parse_state

# What runs can be put together by, beside parameters.
KEYS = {
    "configuration": "configuration, over seeds",
    "group": "group",
    "version": "model version",
    "tag": "tag",
    "status": "status",
    "user": "person",
}
MOST_METRICS = 4
SHOWN = 20


def metrics_of(choice: Choice, objective: Objective | None) -> list[Column]:
    """The metrics that groups are measured by: the table's, what decides first."""
    found = [column for column in choice.table if column.kind == "metrics"]
    if objective and not found:
        found = [objective.column]
    found.sort(key=lambda column: not (objective and column.name == objective.metric))
    return found[:MOST_METRICS]


def grouped_by(
    project: Project, state: SummaryState, choice: Choice, objective: Objective | None, limit: int
) -> Grouped:
    """The groups that a view asks for. Raises QueryError for a faulty filter."""
    return grouped(
        project,
        q=state.query,
        key=state.group,
        columns=metrics_of(choice, objective),
        order=state.order,
        offset=offset_of(state),
        limit=limit,
    )


def groups_context(
    project: Project, state: SummaryState, choice: Choice, objective: Objective | None
) -> dict[str, Any]:
    """What the grouped table needs. Raises QueryError for a faulty filter."""
    found = grouped_by(project, state, choice, objective, ROWS)
    if not found.groups and offset_of(state):
        # The groups grew fewer, or somebody wrote the address: begin again.
        state = replace(state, cursor="")
        found = grouped_by(project, state, choice, objective, ROWS)
    offset = offset_of(state)
    return {
        "has_charts": True,
        "grouped": found,
        "group_words": KEYS.get(state.group, state.group.removeprefix("params.")),
        "group_width": len(found.columns) + 3,
        "group_heads": _heads(found, state.order),
        "group_rows": [
            {
                "group": group,
                "address": _address(state, group.condition),
                "ask": urlencode({"q": state.query, "key": state.group, **_label(group.label)}),
            }
            for group in found.groups
        ],
        "next_groups": offset + ROWS if offset + ROWS < found.total else None,
        "earlier_groups": max(offset - ROWS, 0) if offset else None,
    }


def offset_of(state: SummaryState) -> int:
    """At which group the page begins; the cursor of the table of runs means nothing here."""
    return min(int(state.cursor), 10**6) if state.cursor.isdecimal() else 0


def _heads(found: Grouped, order: str) -> list[Head]:
    """The heads after the group's own: its runs, its metrics, and its best run if any decides."""
    heads = [head_of("Runs", "runs", order, is_number=True)]
    for column in found.columns:
        first = "-" if column.direction == "max" else ""
        words = f"{column.qualifier}, mean ± sd"
        heads.append(
            head_of(column.label, column.key, order, qualifier=words, first=first, is_number=True)
        )
    if not found.columns:
        return [*heads, Head("Best run")]
    first = "" if found.columns[0].direction == "min" else "-"
    return [*heads, head_of("Best run", "best", order, first=first)]


def _label(label: str | None) -> dict[str, str]:
    return {"missing": "1"} if label is None else {"label": label}


def _address(state: SummaryState, condition: str) -> str:
    """The same view of the runs of one group."""
    query = QueryDict(mutable=True)
    query["q"] = narrowed(state.query, condition)
    for key in state.columns:
        query.appendlist("cols", key)
    return canonical(query)


@require_safe
def group_runs(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The best runs of one group, below its row; without htmx the table of them."""
    project = project_for_user(request.user, team_slug, project_slug)
    asked = request.GET
    key = asked.get("key", "") if is_key(asked.get("key", "")) else "configuration"
    condition = condition_of(key, None if asked.get("missing") else asked.get("label", ""))
    q = asked.get("q", "")
    address = _address(parse_state(QueryDict(urlencode({"q": q}))), condition)
    if not request.htmx:
        return redirect(f"{project.get_absolute_url()}?{address}")
    glance = glances([project])[project.pk]
    choice = choose(project, (), glance.objective)
    columns = metrics_of(choice, glance.objective)
    found = queries.search_runs(
        project=project,
        q=narrowed(q, condition),
        order=columns[0].best_first if columns else "",
        limit=SHOWN,
        is_fresh=True,
    )
    differing = [column for column in choice.shown if column.kind == "params"]
    context = {
        "project": project,
        "heads": heads_of([*columns, *differing], "", found.runs),
        "rows": rows_of(found.runs, [*columns, *differing], {}, None),
        "total": found.total,
        "address": address,
    }
    return render(request, "projects/_group_runs.html", context)
