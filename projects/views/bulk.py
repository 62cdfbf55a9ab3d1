"""One act on many runs of a project: those that are ticked, or all of a view."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from ahnb_platform.errors import Invalid
from ahnb_platform.web.back import back_to
from ahnb_platform.web.typed import PageRequest
from runs import metrics
from runs.bulk import ACTS, MOST_RUNS, Changed, mark_runs, tag_runs, undo_mark, untag_runs
from runs.pages.aside import PLACES, ids_aside
from runs.pages.table import ticked_numbers
from runs.queries import found_ids
from runs.search import QueryError

from ..models import Project
from ..queries import project_for_editor
from .state import compressed, parse_state

TAGGING = {"tag": (tag_runs, "given the tag"), "untag": (untag_runs, "freed of the tag")}
MOST_COMPARED = 20


@require_POST
def bulk(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Do what the button says, then back to the same view of the project."""
    project = project_for_editor(request.user, team_slug, project_slug)
    act = request.POST.get("act", "")
    back = back_to(request, project.get_absolute_url())
    if act == "undo":
        _undo(request, project)
    elif act in {"only", "compare"}:
        return redirect(_narrowed(project, ticked(request), back, act))
    elif act in TAGGING:
        _tag(request, project, act, _wanted(request, project, back))
    elif act in ACTS:
        _mark(request, project, act, _wanted(request, project, back))
    else:
        raise Invalid("Runs are tagged, pinned, archived or trashed, or brought back.")
    return redirect(back)


def _wanted(request: PageRequest, project: Project, back: str) -> list[UUID]:
    """The ticked runs, or all that the view behind `back` shows."""
    if request.POST.get("scope") != "all":
        return ticked(request)
    parameters = QueryDict(urlsplit(back).query)
    if place := PLACES.get(parameters.get("place", "")):
        return ids_aside(project, place, MOST_RUNS + 1)
    metrics.sync_search_rows(project_id=project.pk)
    try:
        query = parse_state(parameters).query
        return found_ids(project=project, q=query, limit=MOST_RUNS + 1)[0]
    except QueryError as error:
        raise Invalid("The filter of this view cannot be read.") from error


def ticked(request: PageRequest) -> list[UUID]:
    """The ids of the runs that are ticked. Raises Invalid."""
    try:
        return [UUID(text) for text in request.POST.getlist("run")[: MOST_RUNS + 1]]
    except ValueError as error:
        raise Invalid("A run is named by its id.") from error


def _mark(request: PageRequest, project: Project, act: str, ids: list[UUID]) -> None:
    changed = mark_runs(project=project, ids=ids, by=request.user, act=act)
    words = f"{counted(changed.count)} {ACTS[act].words}.{_left(changed.left)}"
    if ACTS[act].undo and changed.count:
        words = _with_undo(request, project, act, words, changed)
    messages.info(request, words)


def _with_undo(
    request: PageRequest, project: Project, act: str, words: str, changed: Changed
) -> str:
    context = {"project": project, "act": act, "words": words, "at": changed.at.isoformat()}
    context["next"] = back_to(request, project.get_absolute_url())
    return render_to_string("projects/_undo.html", context, request)


def _undo(request: PageRequest, project: Project) -> None:
    act, at = request.POST.get("of", ""), _moment(request.POST.get("at", ""))
    if at is None or act not in ACTS or not ACTS[act].undo:
        raise Invalid("This cannot be undone.")
    changed = undo_mark(project=project, by=request.user, act=act, at=at)
    messages.info(request, f"{counted(changed.count)} {ACTS[ACTS[act].undo].words}.")


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _tag(request: PageRequest, project: Project, act: str, ids: list[UUID]) -> None:
    change, words = TAGGING[act]
    tag = request.POST.get("tag", "")
    done = change(project=project, ids=ids, by=request.user, tag=tag)
    told = f"{counted(done.count)} {words} “{tag.strip()}”.{_left(done.left)}"
    messages.info(request, told)


def _narrowed(project: Project, ids: list[UUID], back: str, act: str) -> str:
    """The view of only these runs, or the page that compares them."""
    numbers = ticked_numbers(project, ids)
    if act == "compare":
        if not 2 <= len(numbers) <= MOST_COMPARED:
            raise Invalid(f"Tick 2 to {MOST_COMPARED} runs to compare them.")
        runs = ",".join(str(number) for number in numbers)
        return f"{project.get_absolute_url()}compare/?{urlencode({'runs': runs}, safe=',')}"
    parameters = QueryDict(urlsplit(back).query, mutable=True)
    parameters.pop("cursor", None)
    parameters["pick"] = compressed(numbers)
    return f"{project.get_absolute_url()}?{parameters.urlencode(safe=',')}"


def _left(count: int) -> str:
    """How many an act left alone."""
    if not count:
        return ""
    return f" {counted(count)} left as {'they are' if count != 1 else 'it is'}: frozen."


def counted(count: int) -> str:
    """So many runs, in words."""
    return f"{count:,} run{'s' if count != 1 else ''}"
