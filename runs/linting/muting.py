"""Muting: a rule that is not told of, in one run or in the whole project, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Invalid, Missing
from projects.models import Project

from ..ids import uuid7
from ..models import Mute, Run
from .models import LONGEST_RULE

LONGEST_REASON = 500
MOST_MUTES = 2_000


def mute_rule(
    *, project: Project, rule: str, by: User, reason: str, run: Run | None = None
) -> Mute:
    """Tell no more of what a rule finds in a run, or in any run; the last reason counts.

    Args:
        project: as `by` sees it, for writing.
        run: one of the project's; None for all of them.

    Raises:
        Invalid: the rule or the reason is missing or too long, or there are too many mutes.
    """
    rule, reason = _checked(rule, "rule", LONGEST_RULE), _checked(reason, "reason", LONGEST_REASON)
    said = {"reason": reason, "user_id": by.pk, "created_at": timezone.now()}
    of_what = {"project_id": project.pk, "rule": rule, "run_id": run.id if run else None}
    with transaction.atomic():
        if Mute.objects.filter(project_id=project.pk).count() >= MOST_MUTES:
            raise Invalid(f"A project has at most {MOST_MUTES:,} mutes.", code="too-many-mutes")
        mute, _ = Mute.objects.update_or_create(
            **of_what, defaults=said, create_defaults={"id": uuid7(), **said}
        )
        _record("finding.muted", mute, project, by)
    return mute


def unmute(*, project: Project, mute: Mute, by: User) -> None:
    """Tell again of what the rule finds."""
    with transaction.atomic():
        Mute.objects.filter(project_id=project.pk, id=mute.id).delete()
        _record("finding.unmuted", mute, project, by)


def mutes_of(project: Project) -> QuerySet[Mute]:
    """The mutes of a project, by rule, each with its person and run; runs in the trash left out."""
    rows = Mute.objects.filter(project_id=project.pk, run__trashed_at=None)
    return rows.select_related("user", "run").order_by("rule", "created_at", "id")


def mute_of(project: Project, mute_id: UUID) -> Mute:
    """One mute of the project. Raises Missing."""
    mute = Mute.objects.filter(project_id=project.pk, id=mute_id).first()
    if mute is None:
        raise Missing
    return mute


def _checked(text: str, what: str, longest: int) -> str:
    text = text.replace("\0", "").strip()
    if not text or len(text) > longest:
        raise Invalid(f"A {what} has 1 to {longest} characters.", code=f"bad-{what}")
    return text


def _record(action: str, mute: Mute, project: Project, by: User) -> None:
    told: dict[str, Any] = {"run": str(mute.run_id)} if mute.run_id else {}
    audit.record(
        action, by=by, target=project, team=project.team, rule=mute.rule, reason=mute.reason, **told
    )
