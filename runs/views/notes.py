"""Notes on a run: written, changed, taken away and brought back."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ahnb_platform.accounts.models import Role
from ahnb_platform.edits import Overtaken, marks_of
from ahnb_platform.errors import Conflict, Gone, Invalid
from ahnb_platform.web.meanwhile import with_both
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..models import Note, Run
from ..notes import (
    add_note,
    as_seen,
    edit_note,
    note_of,
    remove_note,
    require_own,
    restore_note,
    texts_of,
)
from ..pages.noted import notes_context
from .forms import NoteForm


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
    act = request.POST.get("act", "edit")
    if request.method == "POST" and act == "edit":
        return _edit(request, run, found)
    require_own(run, found, request.user)
    if request.method != "POST":
        return _form(request, run, NoteForm(initial=texts_of(found)), found)
    if act not in ("remove", "restore"):
        raise Invalid("A note is changed, removed or restored.")
    change = remove_note if act == "remove" else restore_note
    change(run=run, note=found, by=request.user)
    if act == "remove":
        return render(request, "runs/note_removed.html", {"run": run, "note": found})
    return redirect(_place_of(run, found))


def _add(request: PageRequest, run: Run) -> HttpResponse:
    """A note that cannot be taken comes back on a page of its own, so that no word is lost."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form(request, run, form, status=422)
    try:
        written = add_note(run=run, by=request.user, **form.cleaned_data)
    except (Gone, Conflict) as refusal:
        form.add_error(None, refusal.detail)
        return _form(request, run, form, status=refusal.status)
    return redirect(_place_of(run, written))


def _edit(request: PageRequest, run: Run, found: Note) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form(request, run, form, found, status=422)
    seen = request.POST.get("seen", "")
    try:
        edit_note(run=run, note=found, by=request.user, seen=seen, **form.cleaned_data)
    except Overtaken as overtaken:
        now = note_of(run, found.id)
        form = with_both(NoteForm, request.POST, texts_of(now), overtaken)
        return _form(request, run, form, now, status=overtaken.status, seen=as_seen(now))
    except (Gone, Conflict) as refusal:
        form.add_error(None, refusal.detail)
        return _form(request, run, form, found, status=refusal.status)
    return redirect(_place_of(run, found))


def _form(
    request: PageRequest,
    run: Run,
    form: NoteForm,
    found: Note | None = None,
    status: int = 200,
    seen: dict[str, str] | None = None,
) -> HttpResponse:
    """The form of a note; of a new one where none is `found`."""
    marks = request.POST.get("seen", "")
    if found and (seen or request.method != "POST"):
        marks = marks_of(seen or as_seen(found))
    is_own = found is None or found.user_id == request.user.pk
    context = {"run": run, "note": found, "form": form, "seen": marks, "is_own": is_own}
    return render(request, "runs/note.html", context, status=status)


def _place_of(run: Run, note: Note) -> str:
    return f"{run.get_absolute_url()}#note-{note.id}"
