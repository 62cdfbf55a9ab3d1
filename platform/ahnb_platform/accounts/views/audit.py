"""The record of acts: of a team for its owners, of the server for superusers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Invalid, Missing

from .. import audit
from ..access import team_for_owner
from ..audit import queries
from ..audit.files import as_csv, as_json_lines
from ..forms import AuditForm
from ..models import Team
from ..person import PersonRequest

# Of a filter that is not understood: all events would be taken for what it finds.
NOTHING = queries.EventsPage([], "")
WRITERS: dict[str, tuple[Callable[..., Iterator[str]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "jsonl": (as_json_lines, "application/x-ndjson"),
}


@require_safe
def team_audit(request: PersonRequest, team_slug: str) -> HttpResponse:
    """What happened in the team, the newest first. Owners."""
    return _page(request, team_for_owner(request.user, team_slug))


@require_safe
def server_audit(request: PersonRequest) -> HttpResponse:
    """What happened on the server, the newest first. Superusers."""
    require_superuser(request)
    return _page(request, None)


@require_safe
def team_file(request: PersonRequest, team_slug: str, ending: str) -> HttpResponseBase:
    """What the page would show, as a file."""
    return _file(request, team_for_owner(request.user, team_slug), ending)


@require_safe
def server_file(request: PersonRequest, ending: str) -> HttpResponseBase:
    """What the page would show, as a file."""
    require_superuser(request)
    return _file(request, None, ending)


def require_superuser(request: PersonRequest) -> None:
    """Raises Missing for everybody else."""
    if not request.user.is_superuser:
        raise Missing


def _page(request: PersonRequest, team: Team | None) -> HttpResponse:
    form = AuditForm(request.GET)
    wanted = form.wanted() if form.is_valid() else None
    cursor = request.GET.get("cursor", "")
    asked = request.GET.copy()
    asked.pop("cursor", None)
    context = {
        "team": team,
        "form": form,
        "page": queries.page_of(queries.events(team, wanted), cursor) if wanted else NOTHING,
        "actions": queries.known_actions(team),
        "asked": asked.urlencode(),
        "is_first": not cursor,
        "is_all": wanted == queries.Wanted(),
    }
    return render(request, "accounts/audit.html", context)


def _file(request: PersonRequest, team: Team | None, ending: str) -> HttpResponseBase:
    form = AuditForm(request.GET)
    if not form.is_valid():
        told = [f"{name}: {' '.join(map(str, faults))}" for name, faults in form.errors.items()]
        raise Invalid("; ".join(told))
    rows = queries.events(team, form.wanted())
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    audit.record("export.audit", by=request.user, target=team, team=team, form=ending, asked=asked)
    write, kind = WRITERS[ending]
    lines = write(queries.every(rows))
    name = f"{team.slug if team else 'server'}-audit.{ending}"
    return StreamingHttpResponse(
        # A first piece, so that what fails at once is answered as everywhere.
        chain([next(lines, "")], lines),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
