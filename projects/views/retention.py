"""The rules by which runs of a project go, what they would do now, and how long the trash keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Conflict, Invalid
from ahnb_platform.web.typed import PageRequest
from runs.life import retention
from runs.models import RetentionRule

from ..forms import RuleForm
from ..models import Project
from ..queries import project_for_owner, project_for_user

MOST_SHOWN = 50


def retention_page(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Rules, and with a rule in the address what it would take; owners change them."""
    if request.method == "POST":
        return _changed(request, project_for_owner(request.user, team_slug, project_slug))
    return _shown(request, project_for_user(request.user, team_slug, project_slug))


@require_safe
def _shown(request: PageRequest, project: Project) -> HttpResponse:
    form = RuleForm(request.GET if "older_days" in request.GET else None)
    context: dict[str, Any] = {
        "project": project,
        "is_owner": project.role == Role.OWNER,
        "rules": retention.rules_of(project),
        "form": form,
    }
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            rule = retention.made_rule(project, **form.cleaned_data)
            context |= _preview(project, rule)
    return render(request, "projects/retention.html", context)


def _preview(project: Project, rule: RetentionRule) -> dict[str, Any]:
    rows = retention.runs_by_rule(project, rule, timezone.now())
    return {"rule": rule, "count": rows.count(), "runs": list(rows[:MOST_SHOWN])}


def _changed(request: PageRequest, project: Project) -> HttpResponse:
    act = request.POST.get("act", "add")
    if act == "remove":
        retention.remove_rule(project=project, by=request.user, rule_id=_rule_id(request))
        messages.info(request, "The rule is gone; what it put into the trash stays there.")
    elif act == "days":
        days = _days(request.POST.get("days", ""))
        retention.set_trash_days(project=project, by=request.user, days=days)
        messages.success(request, "Saved.")
    else:
        form = RuleForm(request.POST)
        if not form.is_valid():
            raise Invalid("A rule is of some days, tags and how many of the best stay.")
        _add(request, project, form)
    return redirect("projects:retention", project.team.slug, project.slug)


def _add(request: PageRequest, project: Project, form: RuleForm) -> None:
    try:
        rule = retention.add_rule(project=project, by=request.user, **form.cleaned_data)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"From now on runs go into the trash that are {rule}.")


def _rule_id(request: PageRequest) -> UUID:
    try:
        return UUID(request.POST.get("rule", ""))
    except ValueError as error:
        raise Invalid("A rule is named by its id.") from error


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Days are a whole number; nothing keeps runs until an owner deletes them.")
    return int(text[:9])
