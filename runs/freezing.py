"""Freezing: a run that is quoted or handed on stays as it is until an owner says why not."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import Role, User
from ahnb_platform.errors import Invalid
from projects.models import Project

from . import metrics
from .closed import refuse_trashed
from .models import Run

LONGEST_REASON = 500


def freeze_run(*, run: Run, by: User, reason: str = "") -> Run:
    """Let the run take no point, event or change from now on; of a frozen one nothing changes.

    Raises:
        Gone: the run lies in the trash.
        Invalid: the reason is too long.
    """
    reason = _checked(reason)
    with transaction.atomic():
        row = _locked(run)
        refuse_trashed(row)
        if row.frozen_at is None:
            row.frozen_at, row.frozen_by_id = timezone.now(), by.pk
            _save(row, by, "run.frozen", reason)
    run.frozen_at, run.frozen_by_id = row.frozen_at, row.frozen_by_id
    return run


def unfreeze_run(*, run: Run, by: User, reason: str) -> Run:
    """Take changes again. Owners; the record keeps the reason.

    Args:
        run: as `by` sees it, with `.role`.

    Raises:
        NotAllowed: `by` is no owner.
        Invalid: there is no reason, or it is too long.
    """
    require(run.role, Role.OWNER)
    reason = _checked(reason)
    if not reason:
        raise Invalid("Say why the run is unfrozen.", code="no-reason")
    with transaction.atomic():
        row = _locked(run)
        if row.frozen_at is not None:
            row.frozen_at = row.frozen_by_id = None
            _save(row, by, "run.unfrozen", reason)
    run.frozen_at = run.frozen_by_id = None
    return run


def _locked(run: Run) -> Run:
    return Run.objects.select_for_update().get(project_id=run.project_id, id=run.id)


def _save(row: Run, by: User, action: str, reason: str) -> None:
    is_frozen = row.frozen_at is not None
    row.save(update_fields=["frozen_at", "frozen_by_id"])
    metrics.set_frozen(project_id=row.project_id, run_id=row.id, frozen=is_frozen)
    project = Project.objects.select_related("team").get(pk=row.project_id)
    told: dict[str, Any] = {"run": str(row.id), "number": row.number}
    told |= {"reason": reason} if reason else {}
    audit.record(action, by=by, target=project, team=project.team, **told)


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if "\0" in reason:
        raise Invalid("A text holds no NUL.", code="nul-character")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"A reason has at most {LONGEST_REASON} characters.", code="too-long")
    return reason
