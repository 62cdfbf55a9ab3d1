"""Images, histograms, confusion matrices and tables of a run, to be stepped through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Missing
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..media.checks import png_of
from ..media.shown import shown_of
from ..media.store import last_of, media_at, media_of, names_of, steps_of
from ..models import RunMedia

MOST_NAMES = 12
# Classes of a confusion matrix that stands beside another picture.
MOST_NARROW = 6
A_DAY = 86_400
STEP_DIGITS = 20


@dataclass(frozen=True)
class Item:
    """What a run logged under one name, at one of its steps; `place` counts these from 1."""

    media: RunMedia
    steps: list[int]
    place: int
    shown: dict[str, Any]

    @property
    def is_wide(self) -> bool:
        """Whether half the width of a page would cut it."""
        return len(self.shown.get("labels", ())) > MOST_NARROW

    @property
    def before(self) -> int | None:
        return self.steps[self.place - 2] if self.place > 1 else None

    @property
    def after(self) -> int | None:
        return self.steps[self.place] if self.place < len(self.steps) else None


@require_safe
def media(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The last of each name; for htmx only the part for the run's page."""
    run = queries.run_for_user(request.user, run_id)
    find = request.GET.get("find", "")[:255]
    names = [one.name for one in names_of(run)]
    matching = [name for name in names if find.casefold() in name.casefold()]
    shown = matching[:MOST_NAMES]
    steps, last = steps_of(run, shown), last_of(run, shown)
    context = {
        "run": run,
        "find": find,
        "names": len(names),
        "matching": len(matching),
        "items": [_item(last[name], steps[name]) for name in shown],
        "more": len(matching) - len(shown),
    }
    name = "runs/_media_items.html" if request.htmx else "runs/media.html"
    return render(request, name, context)


@require_safe
def media_item(request: PageRequest, run_id: UUID) -> HttpResponse:
    """One name at one step: `step`, or `at`, its place among the steps from 1."""
    run = queries.run_for_user(request.user, run_id)
    name = request.GET.get("name", "").replace("\0", "")[:255]
    steps = steps_of(run, [name])[name]
    found = _item(media_at(run, name, _step(request, steps)), steps)
    page = "runs/_media_view.html" if request.htmx else "runs/media_item.html"
    return render(request, page, {"run": run, "item": found})


@require_safe
def image(request: PageRequest, run_id: UUID, media_id: UUID) -> HttpResponse:
    """The bytes of an image, which never change."""
    found = media_of(queries.run_for_user(request.user, run_id), media_id)
    if found.type != "image":
        raise Missing
    response = HttpResponse(png_of(found.data), content_type="image/png")
    response["Cache-Control"] = f"private, max-age={A_DAY}, immutable"
    return response


def _item(media: RunMedia, steps: list[int]) -> Item:
    return Item(media, steps, steps.index(media.step) + 1, shown_of(media))


def _step(request: PageRequest, steps: list[int]) -> int:
    """The step that is asked for; by default the last."""
    if not steps:
        raise Missing
    at, step = request.GET.get("at", ""), request.GET.get("step", "")
    place, number = whole_number(at), whole_number(step, STEP_DIGITS)
    if place and place <= len(steps):
        return steps[place - 1]
    if number in steps:
        return number
    if at or step:
        raise Missing
    return steps[-1]
