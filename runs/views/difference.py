"""The page that says how a run differs from another; the address says from which."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..pages.compare.reading import runs_of
from ..pages.difference import best_beside, difference_of, previous_beside

PREVIOUS, BEST = "previous", "best"


@require_safe
def difference(request: PageRequest, run_id: UUID) -> HttpResponse:
    """From the run that `to` names (a number, `previous`, `best`) to this one.

    Where there is none, or it is this one, the page says so and asks for another.
    """
    run = queries.run_for_user(request.user, run_id)
    asked = request.GET.get("to", "").strip().removeprefix("#") or PREVIOUS
    if asked in (PREVIOUS, BEST):
        number = previous_beside(run) if asked == PREVIOUS else best_beside(run)
        if number is None:
            return render(request, "runs/difference.html", {"run": run, "nothing": asked})
        kept = request.GET.copy()
        kept["to"] = str(number)
        return redirect(f"{reverse('runs:difference', args=[run.id])}?{kept.urlencode()}")
    number = whole_number(asked)
    found = runs_of(run.project, [number]) if number not in (None, run.number) else []
    if not found or found[0].trashed_at:
        why = "number" if number is None else "same" if number == run.number else "missing"
        context = {"run": run, "nothing": why, "asked": asked[:40]}
        return render(request, "runs/difference.html", context, status=422)
    show_all = request.GET.get("all") == "1"
    context = {"run": run, "other": found[0], "runs": [found[0], run], "base": found[0]}
    context |= {"show_all": show_all, **difference_of(found[0], run, show_all=show_all)}
    return render(request, "runs/difference.html", context)
