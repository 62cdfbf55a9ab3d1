"""The findings of a project: what rules found in its runs, and what of it is muted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid, Missing
from ahnb_platform.web.back import back_to
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.linting.models import LONGEST_RULE
from runs.linting.muting import mute_of, mute_rule, mutes_of, unmute
from runs.linting.queries import Wanted, rule_counts, search_findings
from runs.linting.rules import words_of_rule
from runs.models import Run, Severity
from runs.pages.found import shown

from ..models import Project
from ..queries import project_for_editor, project_for_user

MOST_MUTES = 200
MOST_RULES = 200
# As the address names them; told without a name.
STATES = {"": False, "yes": True, "all": None}
SEVERITIES = {one.label: int(one) for one in reversed(Severity)}


@require_http_methods(["GET", "HEAD", "POST"])
def findings(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """A page of them, the newest first; mutes a rule, and takes a mute away."""
    if request.method == "POST":
        return _change(request, project_for_editor(request.user, team_slug, project_slug))
    project = project_for_user(request.user, team_slug, project_slug)
    wanted = _wanted(request)
    found = search_findings(project, wanted, cursor=request.GET.get("cursor", "")[:1000])
    counts = [(words_of_rule(one.rule), one) for one in rule_counts(project)[:MOST_RULES]]
    context = {
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "findings": shown(found.findings),
        "next": _next(request, found.next_cursor),
        "is_first": not request.GET.get("cursor"),
        "wanted": wanted,
        "rule": words_of_rule(wanted.rule) if wanted.rule else None,
        "asked": {name: request.GET.get(name, "") for name in ("rule", "severity", "muted")},
        "severities": SEVERITIES,
        "counts": counts,
        "mutes": mutes_of(project)[:MOST_MUTES],
    }
    return render(request, "projects/findings.html", context)


def _wanted(request: PageRequest) -> Wanted:
    """What the address asks for; what cannot be read asks for nothing."""
    return Wanted(
        rule=request.GET.get("rule", "").replace("\0", "")[:LONGEST_RULE],
        severity=SEVERITIES.get(request.GET.get("severity", "")),
        is_muted=STATES.get(request.GET.get("muted", ""), False),
        number=whole_number(request.GET.get("run", "")),
    )


def _next(request: PageRequest, cursor: str) -> str:
    """The address of the findings behind these; "" where there are none."""
    kept: dict[str, Any] = {
        name: request.GET[name]
        for name in ("rule", "severity", "muted", "run")
        if request.GET.get(name)
    }
    return f"?{urlencode(kept | {'cursor': cursor})}" if cursor else ""


def _change(request: PageRequest, project: Project) -> HttpResponse:
    act, here = request.POST.get("act", "mute"), f"{project.get_absolute_url()}findings/"
    if act == "mute":
        _mute(request, project)
    elif act == "unmute":
        mute = mute_of(project, _id(request.POST.get("mute", "")))
        unmute(project=project, mute=mute, by=request.user)
        messages.info(request, f"{mute.rule} is told of again.")
    else:
        raise Invalid("A rule is muted or unmuted.")
    return redirect(back_to(request, "/runs/", back_to(request, here, here)))


def _mute(request: PageRequest, project: Project) -> None:
    run = _run(request, project) if request.POST.get("scope") == "run" else None
    rule, reason = request.POST.get("rule", ""), request.POST.get("reason", "")
    mute = mute_rule(project=project, rule=rule, by=request.user, reason=reason, run=run)
    where = f"in run #{run.number}" if run else "in all runs of the project"
    messages.info(request, f"{mute.rule} is muted {where}.")


def _run(request: PageRequest, project: Project) -> Run:
    return queries.run_for_user(request.user, _id(request.POST.get("run", "")), within=project.pk)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing from error
