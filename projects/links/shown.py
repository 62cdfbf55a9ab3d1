"""What the public pages show, as plain data: the run, the view or the comparison alone.

Numbers of runs count the project's runs, so that the pages count their own from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict

from ahnb_platform.errors import Missing
from projects.views.compare import asked_of, numbers_in, words_in
from projects.views.state import parse_state
from projects.views.summary import axes_of, order_of
from runs import queries
from runs.models import Run
from runs.pages.chartcards import cards_of
from runs.pages.columns import Column
from runs.pages.compare.comparison import Asked, sections_of
from runs.pages.compare.reading import documents_of, runs_of
from runs.pages.curves import MOST_CURVES, Look, curves_of, sparks_of
from runs.pages.ends import add_ends
from runs.pages.groups import groups_of
from runs.pages.overview import Objective, glances
from runs.pages.report import directions_of, fit_count, objective_of, tiles_of
from runs.pages.table import arranged, choose, heads_of, rows_of
from runs.params import flattened
from runs.search import QueryError

from .drawn import Drawing, data_of, drawing_of
from .models import Kind, PublicLink
from .people import without_people

MOST_LAYERS = 2_000
# Columns that count the project's runs and models.
HIDDEN = ("number", "version")
# Of the record only what was learnt and how; where and by whom stays inside.
SECTIONS = ("metrics", "params", "model", "layers")


def run_of(link: PublicLink) -> Run:
    """The run of the link. Raises Missing for one in the trash."""
    rows = queries.whole_runs(link.project).filter(id=link.run_id or UUID(int=0), trashed_at=None)
    runs = queries.completed(list(rows), link.project)
    if not runs:
        raise Missing
    return runs[0] if link.shows_people else without_people(runs)[0]


def run_context(link: PublicLink, find: str) -> dict[str, Any]:
    """The context of the page of a run."""
    run = run_of(link)
    model = queries.model_of(run) or {}
    layers = model.get("layers") if isinstance(model, dict) else None
    groups = groups_of(run.metrics, directions_of(run))
    params = [leaf for leaf in flattened(run.params) if leaf[1] is not None]
    return {
        **charts_context(run, find),
        "params": params,
        "layers": layers[:MOST_LAYERS] if isinstance(layers, list) else [],
        "tiles": tiles_of(groups, objective_of(run)),
    }


def charts_context(run: Run, find: str) -> dict[str, Any]:
    """What the charts of the run need."""
    groups = groups_of(run.metrics, directions_of(run))
    context = {"run": run, "groups": groups, "objective": objective_of(run)}
    return context | {"steps_per_epoch": fit_count(run, "steps")} | cards_of(context, find)


@dataclass(frozen=True)
class View:
    """The runs of a view, the columns of its table, and what is drawn of them.

    Attributes:
        metric: of its curves; "" for none.
    """

    runs: list[Run]
    columns: tuple[Column, ...]
    metric: str
    objective: Objective | None
    drawing: Drawing | None


def view_context(link: PublicLink) -> dict[str, Any]:
    """The table of a view with the curves of its runs; `is_broken` for a faulty filter."""
    try:
        view = _view_of(link)
    except QueryError:
        return {"is_broken": True}
    decides = view.objective.metric if view.objective else ""
    sparks = sparks_of(link.project, view.runs, decides) if decides else {}
    return {
        "rows": rows_of(view.runs, view.columns, sparks, None),
        "heads": heads_of(view.columns, "", view.runs)[1:],
        "runs": _counted(view.runs),
        "metric": view.metric,
        "drawing": view.drawing,
    }


def comparison_context(link: PublicLink) -> dict[str, Any]:
    """The tables of a comparison with the curves of its runs. Raises Missing for too few runs."""
    asked = _asked(link)
    documents = documents_of(link.project, asked.runs)
    models = [documents[run.id].get("model") for run in asked.runs]
    nothing: list[dict[str, Any]] = [{} for _ in asked.runs]
    kinds = dict.fromkeys(("data", "environment", "code"), nothing)
    kinds["model"] = [model if isinstance(model, dict) else {} for model in models]
    return {
        "sections": [one for one in sections_of(asked, kinds) if one.id in SECTIONS],
        "base": asked.runs[asked.base],
        "runs": _counted(asked.runs),
        "metric": asked.objective.metric if asked.objective else "",
    }


def curves_context(link: PublicLink) -> dict[str, Any]:
    """The curves that the page of a view or a comparison draws. Raises Missing for a run's."""
    if link.kind == Kind.RUN:
        raise Missing
    if link.kind == Kind.COMPARISON:
        asked = _asked(link)
        runs, metric = asked.runs, asked.objective.metric if asked.objective else ""
    else:
        view = _readable_view(link)
        runs, metric = view.runs, view.metric
    drawn = _counted(runs)[:MOST_CURVES]
    return {"total": len(drawn), "metric": metric} | curves_of(link.project, drawn, Look(metric))


def drawn_context(link: PublicLink) -> dict[str, Any]:
    """What parallel coordinates and scatterplot of a view draw. Raises Missing without them."""
    view = _readable_view(link) if link.kind == Kind.VIEW else None
    if view is None or view.drawing is None:
        raise Missing
    return data_of(link.project, view.runs, view.drawing, shows_people=link.shows_people)


def _readable_view(link: PublicLink) -> View:
    """Raises Missing where the filter cannot be read."""
    try:
        return _view_of(link)
    except QueryError as error:
        raise Missing from error


def _view_of(link: PublicLink) -> View:
    """Raises QueryError where the filter cannot be read."""
    project, state = link.project, parse_state(QueryDict(link.address))
    glance = glances([project])[project.pk]
    objective = glance.objective
    choice = arranged(choose(project, state.columns, objective), state.pins, None)
    hidden = HIDDEN if link.shows_people else (*HIDDEN, "user")
    columns = tuple(
        one for one in choice.table if one.name not in hidden or one.kind not in ("plain", "fact")
    )
    page = queries.search_runs(
        project=project,
        q=state.query,
        order=order_of(state, objective),
        limit=state.rows,
        is_fresh=True,
        listed=glance.runs,
    )
    add_ends(project, page.runs, columns)
    runs = page.runs if link.shows_people else without_people(page.runs)
    drawn = axes_of(choice, state)["series"]
    metric = drawn if drawn in choice.curves else objective.metric if objective else ""
    decides = objective.column if objective else None
    # Whoever sees the curve sees its best value, too.
    is_shown = decides and (decides in columns or decides.name == metric)
    ranked = decides if is_shown else None
    return View(runs, columns, metric, objective, drawing_of(state, columns, ranked))


def _asked(link: PublicLink) -> Asked:
    """What is compared. Raises Missing where fewer than two runs are left."""
    project, parameters = link.project, QueryDict(link.address)
    found = runs_of(project, numbers_in(words_in(parameters)))
    runs = [run for run in found if run.trashed_at is None]
    if len(runs) < 2:
        raise Missing
    asked = asked_of(parameters, runs, glances([project])[project.pk])
    for run in runs:
        run.model_version = None  # it counts the models of the project
    if not link.shows_people:
        without_people(runs)
    return replace(asked, show_all=False)


def _counted(runs: Sequence[Run]) -> list[Run]:
    """The runs with numbers of the page's own."""
    for number, run in enumerate(runs, 1):
        run.number = number
    return list(runs)
