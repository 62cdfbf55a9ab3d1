"""Rules by age and tag that put runs into the trash, but no frozen, quoted, pinned, running one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import Role, User
from ahnb_platform.errors import Conflict, Invalid, Missing
from projects.models import Project

from .. import metrics
from ..ids import uuid7
from ..models import Quote, RetentionRule, Run, Status
from ..names import clean_name
from ..queries import direction_of, found_ids

# What a rule is; two that agree in all of it are one.
CONDITIONS = ("older_days", "only_tag", "not_tag", "keep_best")
MOST_RULES = 20
MOST_DAYS = 36_500
MOST_BEST = 1000
STEP_RUNS = 1000
TOLD_IDS = 100


@dataclass(frozen=True)
class Retained:
    """What a rule put into the trash, or would: how many runs; whether more wait."""

    project: Project
    rule: RetentionRule
    count: int
    has_more: bool = False


def add_rule(
    *,
    project: Project,
    by: User,
    older_days: int,
    only_tag: str = "",
    not_tag: str = "",
    keep_best: int = 0,
) -> RetentionRule:
    """Let runs of the project go by a rule from now on. Owners.

    Args:
        project: as `by` sees it, with `.role`.

    Raises:
        NotAllowed: `by` is no owner.
        Invalid: a number out of range, a bad tag, no objective to tell the best by, or too many
            rules.
        Conflict: the project has this very rule (`rule-exists`).
    """
    require(project.role, Role.OWNER)
    rule = made_rule(
        project, older_days=older_days, only_tag=only_tag, not_tag=not_tag, keep_best=keep_best
    )
    rule.created_by_id = by.pk
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        _refuse_one_more(rule)
        rule.save(force_insert=True)
        audit.record("retention.added", by=by, target=project, team=project.team, rule=str(rule))
    return rule


def made_rule(
    project: Project, *, older_days: int, only_tag: str, not_tag: str, keep_best: int
) -> RetentionRule:
    """The rule, not stored, to see what it would do. Raises Invalid."""
    if not 1 <= older_days <= MOST_DAYS or not 0 <= keep_best <= MOST_BEST:
        raise Invalid(
            f"A rule is of 1 to {MOST_DAYS:,} days, and keeps at most {MOST_BEST:,} runs.",
            code="bad-rule",
        )
    if keep_best and not project.objective_metric:
        raise Invalid(
            "The best runs are kept by the project's objective: set it in the settings first.",
            code="no-objective",
        )
    return RetentionRule(
        project_id=project.pk,
        id=uuid7(),
        older_days=older_days,
        only_tag=clean_name(only_tag) if only_tag else "",
        not_tag=clean_name(not_tag) if not_tag else "",
        keep_best=keep_best,
    )


def remove_rule(*, project: Project, by: User, rule_id: UUID) -> None:
    """End a rule; what it put into the trash stays there. Owners. Raises Missing."""
    require(project.role, Role.OWNER)
    with transaction.atomic():
        rule = RetentionRule.objects.filter(project_id=project.pk, id=rule_id).first()
        if rule is None:
            raise Missing
        audit.record("retention.removed", by=by, target=project, team=project.team, rule=str(rule))
        RetentionRule.objects.filter(project_id=project.pk, id=rule_id).delete()


def set_trash_days(*, project: Project, by: User, days: int | None) -> None:
    """How long runs lie in the trash before they are deleted; None: until an owner deletes them.

    Raises:
        NotAllowed: `by` is no owner.
        Invalid: a number out of range.
    """
    require(project.role, Role.OWNER)
    if days is not None and not 1 <= days <= 3650:
        raise Invalid("Runs lie in the trash for 1 to 3,650 days.", code="bad-days")
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(trash_days=days)
        project.trash_days = days
        told: dict[str, Any] = {"days": days}
        audit.record("trash.days-set", by=by, target=project, team=project.team, **told)


def rules_of(project: Project) -> list[RetentionRule]:
    """In the order in which they were made."""
    return list(RetentionRule.objects.filter(project_id=project.pk).order_by("id"))


def runs_by_rule(project: Project, rule: RetentionRule, now: datetime) -> QuerySet[Run]:
    """The runs that a rule would put into the trash now, the oldest first."""
    if rule.keep_best and not project.objective_metric:
        return Run.objects.none()
    quotes = Quote.objects.filter(project_id=project.pk, run_id=OuterRef("id"))
    before = now - timedelta(days=rule.older_days)
    silent = Q(status=Status.RUNNING, metric_state__last_seen_at__lt=before)
    rows = Run.objects.filter(
        ~Exists(quotes),
        project_id=project.pk,
        trashed_at=None,
        frozen_at=None,
        pinned_at=None,
    )
    rows = rows.annotate(ended=Coalesce("finished_at", "started_at"))
    rows = rows.filter((~Q(status=Status.RUNNING) & Q(ended__lt=before)) | silent)
    if rule.only_tag:
        rows = rows.filter(tags__contains=[rule.only_tag])
    if rule.not_tag:
        rows = rows.exclude(tags__contains=[rule.not_tag])
    if rule.keep_best:
        rows = rows.exclude(id__in=_best(project, rule.keep_best))
    return rows.order_by(F("ended"), "id")


def retain(
    project: Project, now: datetime, *, most: int = STEP_RUNS, is_trial: bool = False
) -> list[Retained]:
    """Do what the project's rules say, or only tell; each rule takes at most `most` runs."""
    told = []
    for rule in rules_of(project):
        count = runs_by_rule(project, rule, now).count() if is_trial else 0
        moved = 0 if is_trial else _trash(project, rule, now, most)
        told.append(Retained(project, rule, count or moved, has_more=moved == most))
    return told


def retain_due(now: datetime) -> bool:
    """One step of the schedule, over all projects with rules; whether more waits."""
    has_more = False
    for project in projects_with_rules():
        has_more |= any(one.has_more for one in retain(project, now))
    return has_more


def projects_with_rules() -> QuerySet[Project]:
    """With their teams, in order."""
    rules = RetentionRule.objects.filter(project_id=OuterRef("pk"))
    found = Project.objects.filter(Exists(rules), trashed_at=None).select_related("team")
    return found.order_by("team__slug", "slug")


def _refuse_one_more(rule: RetentionRule) -> None:
    """Raises Conflict for a rule that is set already, Invalid where there are too many."""
    rules = RetentionRule.objects.filter(project_id=rule.project_id)
    if rules.filter(**{name: getattr(rule, name) for name in CONDITIONS}).exists():
        raise Conflict(f"The project has this rule already: {rule}.", code="rule-exists")
    if rules.count() >= MOST_RULES:
        raise Invalid(f"A project has at most {MOST_RULES} rules.", code="too-many-rules")


def _best(project: Project, most: int) -> list[UUID]:
    """The best runs by the project's objective, of all that are not in archive or trash."""
    mode = direction_of(project.objective_metric, project)
    name = project.objective_metric.replace('"', "")
    order = f'{"-" if mode == "max" else ""}metrics."{name}".{mode}'
    metrics.sync_search_rows(project_id=project.pk)
    return found_ids(project=project, order=order, limit=most)[0]


def _trash(project: Project, rule: RetentionRule, now: datetime, most: int) -> int:
    """Put runs into the trash by a rule; those that changed meanwhile are looked at again."""
    with transaction.atomic():
        chosen = list(runs_by_rule(project, rule, now).values_list("id", flat=True)[:most])
        rows = Run.objects.filter(project_id=project.pk, id__in=chosen).order_by("id")
        list(rows.select_for_update().values_list("id", flat=True))
        # Locked: nobody freezes, pins or quotes them any more.
        still = runs_by_rule(project, rule, now).filter(id__in=chosen)
        ids = sorted(still.values_list("id", flat=True))
        if ids:
            moved = Run.objects.filter(project_id=project.pk, id__in=ids)
            moved.update(trashed_at=now, trashed_by_id=None, trashed_for=f"the rule: {rule}"[:200])
            names = [str(one) for one in ids[:TOLD_IDS]]
            told: dict[str, Any] = {"rule": str(rule), "count": len(ids), "runs": names}
            audit.record("runs.retained", by=None, target=project, team=project.team, **told)
    return len(ids)
