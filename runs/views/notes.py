"""Notes on a run: written, changed, taken away and brought back."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..models import Note, Run
from ..notes import add_note, edit_note, note_of, remove_note, require_own, restore_note
from ..pages.noted import notes_context
from .forms import NoteForm
from .run import page


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The last notes, for htmx; without it all of them. Writes a note."""
    if request.method == "POST":
        return _add(request, queries.run_for_editor(request.user, run_id))
    run = queries.run_for_user(request.user, run_id)
    if not request.htmx:
        query = urlencode({"run": run.number})
        return redirect(f"{run.project.get_absolute_url()}notes/?{query}")
    context = {"run": run, "is_editor": run.role >= Role.EDITOR, **notes_context(run)}
    return render(request, "runs/_notes_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: PageRequest, run_id: UUID, note_id: UUID) -> HttpResponse:
    """A form to change one's note; taking it away, and bringing it back."""
    run = queries.run_for_editor(request.user, run_id)
    found = note_of(run, note_id)
    require_own(run, found, request.user)
    act = request.POST.get("act", "edit")
    if act == "edit":
        return _edit(request, run, found)
    if act not in ("remove", "restore"):
        raise Invalid("A note is changed, removed or restored.")
    change = remove_note if act == "remove" else restore_note
    change(run=run, note=found, by=request.user)
    if act == "remove":
        return render(request, "runs/note_removed.html", {"run": run, "note": found})
    return redirect(_place_of(run, found))


def _add(request: PageRequest, run: Run) -> HttpResponse:
    """A faulty note comes back with the page."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, run, form, status=422)
    written = add_note(run=run, by=request.user, **form.cleaned_data)
    return redirect(_place_of(run, written))


def _edit(request: PageRequest, run: Run, found: Note) -> HttpResponse:
    form = NoteForm(request.POST or None, initial={"text": found.text, "step": found.step})
    if form.is_valid():
        with refusals_on(form):
            edit_note(run=run, note=found, by=request.user, **form.cleaned_data)
            return redirect(_place_of(run, found))
    context = {"run": run, "note": found, "form": form, "is_own": found.user_id == request.user.pk}
    return render(request, "runs/note.html", context)


def _place_of(run: Run, note: Note) -> str:
    return f"{run.get_absolute_url()}#note-{note.id}"
