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
from runs.pages.table import Choice, choose, heads_of, rows_of

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
        found = [Column("metrics", objective.metric, objective.part, objective.mode)]
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
        "grouped": found,
        "group_words": KEYS.get(state.group, state.group.removeprefix("params.")),
        "group_width": len(found.columns) + 3,
        "group_heads": _heads(found, state.order),
        "best_head": _best_head(found, state.order),
        "group_rows": [
            {
                "group": group,
                "label": "" if group.label is None else group.label,
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


def _head(
    order: str, label: str, key: str, *, is_falling: bool, qualifier: str = ""
) -> dict[str, str]:
    """The head of a column that sorts, first from its better end, then from the other."""
    ways = {key: "ascending", f"-{key}": "descending"}
    falls = is_falling != (order == (f"-{key}" if is_falling else key))
    return {
        "label": label,
        "qualifier": qualifier,
        "order": f"-{key}" if falls else key,
        "sorted": ways.get(order, ""),
    }


def _heads(found: Grouped, order: str) -> list[dict[str, str]]:
    heads = [_head(order, "Runs", "runs", is_falling=True)]
    for column in found.columns:
        is_falling, words = column.direction == "max", f"{column.qualifier}, mean"
        heads.append(_head(order, column.label, column.key, is_falling=is_falling, qualifier=words))
    return heads


def _best_head(found: Grouped, order: str) -> dict[str, str] | None:
    """The head of the best runs; None where nothing decides which they are."""
    if not found.columns:
        return None
    return _head(order, "Best run", "best", is_falling=found.columns[0].direction != "min")


def _label(label: str | None) -> dict[str, str]:
    return {"missing": "1"} if label is None else {"label": label}


def _address(state: SummaryState, condition: str) -> str:
    """The same view of the runs of one group."""
    query = QueryDict(mutable=True)
    query["q"] = f"({state.query}) and {condition}" if state.query else condition
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
    state = parse_state(QueryDict(urlencode({"q": q})))
    address = _address(state, condition)
    if not request.htmx:
        return redirect(f"{project.get_absolute_url()}?{address}")
    glance = glances([project])[project.pk]
    choice = choose(project, (), glance.objective)
    columns = metrics_of(choice, glance.objective)
    order = f"{'-' if columns[0].direction == 'max' else ''}{columns[0].key}" if columns else ""
    found = queries.search_runs(
        project=project,
        q=f"({q}) and {condition}" if q else condition,
        order=order,
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
