"""The page of a run, and what its editors do there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid
from ahnb_platform.web.back import back_to
from ahnb_platform.web.typed import PageRequest

from . import queries, services
from .models import Run
from .pages.groups import MOST_CHARTS, shown_of
from .pages.report import report_of, vitals_of

STOP_POLLING = 286
MOST_POINTS = 4000
PLACES = {
    "archive": services.archive_run,
    "unarchive": services.unarchive_run,
    "trash": services.trash_run,
    "restore": services.restore_run,
    "pin": services.pin_run,
    "unpin": services.unpin_run,
}


class SeriesForm(forms.Form):
    """The parameters of a series, as in the API."""

    points = forms.IntegerField(min_value=1, max_value=MOST_POINTS, required=False)
    start = forms.FloatField(required=False)
    stop = forms.FloatField(required=False)
    attempt = forms.IntegerField(min_value=0, required=False)
    time = forms.BooleanField(required=False)


class RunForm(forms.Form):
    """What people write on a run."""

    name = forms.CharField(max_length=255)
    group = forms.CharField(max_length=255, required=False)
    tags = forms.CharField(required=False, help_text="Separated by commas.")
    notes = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )


class NoteForm(forms.Form):
    """A remark on the run, or on one of its steps."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}))
    step = forms.IntegerField(min_value=0, max_value=2**53 - 1, required=False)


@require_GET
def run(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The whole report."""
    return _page(request, queries.run_for_user(request.user, run_id), NoteForm())


@require_GET
def live(request: PageRequest, run_id: UUID) -> HttpResponse:
    """What changed since `seen`: 204 for nothing; 286 ends the polling with the run."""
    run = queries.run_for_user(request.user, run_id)
    seen = _seen(run)
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = vitals_of(run)
    status = STOP_POLLING if context["has_ended"] else 200
    context |= {"seen": seen, "is_editor": run.role >= Role.EDITOR}
    response = render(request, "runs/_vitals.html", context, status=status)
    response["HX-Trigger-After-Settle"] = "ahnb:points"
    return response


@require_GET
def series(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Points of some metrics, thinned with exact extremes; the same answer as the API's."""
    run = queries.run_for_user(request.user, run_id)
    given = request.GET.dict() | {
        "start": request.GET.get("from", ""),
        "stop": request.GET.get("to", ""),
    }
    form = SeriesForm(given)
    if not form.is_valid():
        raise Invalid("points, from, to and attempt are numbers.")
    asked = form.cleaned_data
    found = queries.series_for(
        run,
        request.GET.getlist("metric")[:50],
        points=asked["points"] or 1500,
        start=asked["start"],
        stop=asked["stop"],
        attempt=asked["attempt"],
        with_times=asked["time"],
    )
    return HttpResponse(orjson.dumps({"metrics": found}), content_type="application/json")


def edit(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Name, group, tags and notes."""
    run = queries.run_for_editor(request.user, run_id)
    initial = {
        "name": run.name,
        "group": run.group,
        "tags": ", ".join(run.tags),
        "notes": run.notes,
    }
    form = RunForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            services.edit_run(run=run, by=request.user, **_changes(form))
            return redirect(run)
    return render(request, "runs/edit.html", {"run": run, "form": form})


def _changes(form: RunForm) -> dict[str, Any]:
    fields = form.cleaned_data
    return fields | {"tags": [tag.strip() for tag in fields["tags"].split(",") if tag.strip()]}


@require_POST
def add_note(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Write a remark; a faulty one comes back with the page."""
    run = queries.run_for_editor(request.user, run_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, run, form, status=422)
    services.add_note(run=run, by=request.user, **form.cleaned_data)
    return redirect(f"{run.get_absolute_url()}#notes")


@require_POST
def change_place(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Into the archive or the trash, or pinned to the project's page, and back."""
    run = queries.run_for_editor(request.user, run_id)
    change = PLACES.get(request.POST.get("act", ""))
    if change is None:
        raise Invalid("A run is archived, unarchived, trashed, restored, pinned or unpinned.")
    change(run=run, by=request.user)
    return redirect(back_to(request, run.project.get_absolute_url(), run.get_absolute_url()))


def _page(request: PageRequest, run: Run, note_form: NoteForm, status: int = 200) -> HttpResponse:
    context = report_of(run)
    find = request.GET.get("find", "")[:255]
    shown = shown_of(context["groups"], find)
    context |= {
        "find": find,
        "all_charts": len(context["groups"]),
        "groups": shown,
        "system_charts": sum(group.is_system for group in shown),
        "has_more_charts": len(context["groups"]) > MOST_CHARTS,
        "seen": _seen(run),
        "is_editor": run.role >= Role.EDITOR,
        "note_form": note_form,
        "charts": [group.as_dict(context["objective"]) for group in shown],
        "step_notes": [
            {"step": note.step, "text": note.text[:80]}
            for note in context["notes"]
            if note.step is not None
        ],
    }
    return render(request, "runs/run.html", context, status=status)


def _seen(run: Run) -> str:
    """What a page knows of a run that still trains; another text means news."""
    return f"{run.shown_status}-{run.state.version if run.state else 0}"
