"""Several runs of a project beside each other; the address says which, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Invalid
from ahnb_platform.web.typed import PageRequest
from runs.models import Run
from runs.pages.compare.comparison import Asked, comparison_of, objective_of
from runs.pages.compare.quoted import markdown_of
from runs.pages.compare.reading import runs_of
from runs.pages.overview import Glance, glances
from runs.pages.records import records_of

from ..models import Project
from ..queries import project_for_user
from .bulk import MOST_COMPARED

NUMBER = re.compile(r"\d{1,9}")
BEST = "best"
HOW_MANY = f"A comparison takes 2 to {MOST_COMPARED} runs by number, as in ?runs=3,7,9."


@require_safe
def compare(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The page. `best` among the runs leads to the address with its number.

    Raises:
        Invalid: fewer than two runs are left to compare, more than fit, or no numbers at all.
    """
    project = project_for_user(request.user, team_slug, project_slug)
    words = words_in(request.GET)
    glance = glances([project])[project.pk]
    if BEST in words:
        return redirect(f"{request.path}?{_with_best(request.GET, words, project, glance)}")
    numbers = numbers_in(words)
    found = runs_of(project, numbers)
    runs = [run for run in found if run.trashed_at is None]
    left_out = _left_out(numbers, found)
    if len(runs) < 2:
        raise Invalid(" ".join([*left_out, HOW_MANY]))
    asked = asked_of(request.GET, runs, glance)
    compared = comparison_of(asked)
    if request.GET.get("format") == "md":
        return _markdown(request, asked, compared)
    context = {"project": project, "left_out": left_out, "runs": runs, **_chosen(runs, asked)}
    return render(request, "projects/compare.html", context | compared)


def _markdown(request: PageRequest, asked: Asked, compared: dict[str, Any]) -> HttpResponse:
    kept = request.GET.copy()
    kept.pop("format")
    server = request.build_absolute_uri("/").rstrip("/")
    address = f"{server}{request.path}?{kept.urlencode(safe=',')}"
    return HttpResponse(
        markdown_of(asked, compared, server, address),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="comparison.md"'},
    )


def words_in(parameters: QueryDict) -> list[str]:
    """What stands between the commas of all `runs`, each once."""
    words = (word.strip() for text in parameters.getlist("runs") for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


def numbers_in(words: Sequence[str]) -> list[int]:
    """The numbers that are asked for, each once.

    Raises:
        Invalid: one is no number, or there are too few or too many.
    """
    for word in words:
        if not NUMBER.fullmatch(word) or not word.isascii():
            raise Invalid(f"“{word[:40]}” is not the number of a run. {HOW_MANY}")
    numbers = list(dict.fromkeys(map(int, words)))
    if not 2 <= len(numbers) <= MOST_COMPARED:
        raise Invalid(f"{HOW_MANY} Here are {len(numbers)}.")
    return numbers


def _left_out(numbers: Sequence[int], found: Sequence[Run]) -> list[str]:
    known = {run.number for run in found}
    unknown = ", ".join(f"#{number}" for number in numbers if number not in known)
    trashed = ", ".join(f"#{run.number}" for run in found if run.trashed_at)
    return [
        *([f"The project has no {unknown}."] if unknown else []),
        *([f"In the trash: {trashed}."] if trashed else []),
    ]


def _with_best(
    parameters: QueryDict, words: Sequence[str], project: Project, glance: Glance
) -> str:
    """The same address with the number of the best run.

    Raises:
        Invalid: there is none, or it would be compared with itself.
    """
    objective = glance.objective
    records = records_of({project.pk: objective})[project.pk] if objective else []
    if not records:
        raise Invalid("No run of the project has a result yet, so none is the best.")
    best = str(records[-1].number)
    kept = parameters.copy()
    kept["runs"] = ",".join(dict.fromkeys(best if word == BEST else word for word in words))
    if kept["runs"] == best:
        raise Invalid(f"#{best} is the best run itself. Compare it with another.")
    return kept.urlencode(safe=",")


def asked_of(parameters: QueryDict, runs: Sequence[Run], glance: Glance) -> Asked:
    """What is not among the runs falls back: the first as base, the next one's code beside it."""
    places = {str(run.number): place for place, run in enumerate(runs)}
    base = places.get(parameters.get("base", ""), 0)
    other = places.get(parameters.get("code", ""), base)
    return Asked(
        runs=runs,
        base=base,
        other=other if other != base else (1 if base == 0 else 0),
        objective=objective_of(runs, glance.objective, parameters.get("metric", "")),
        show_all=parameters.get("all") == "1",
    )


def _chosen(runs: Sequence[Run], asked: Asked) -> dict[str, Any]:
    return {
        "numbers": ",".join(str(run.number) for run in runs),
        "base": runs[asked.base],
        "beside": runs[asked.other],
        "objective": asked.objective,
        "show_all": asked.show_all,
    }
