"""What is read of findings. What is muted is found by looking, never written down twice."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from ..models import Finding, Mute, Run


def findings_of(project_id: int, *, is_muted: bool | None = None) -> QuerySet[Finding]:
    """The findings in a project: those that are muted, those that are not, or all."""
    rows = Finding.objects.filter(project_id=project_id)
    if is_muted is None:
        return rows
    return rows.filter(Exists(_mutes()) if is_muted else ~Exists(_mutes()))


def findings_of_run(run: Run, *, is_muted: bool | None = None) -> QuerySet[Finding]:
    """The run's findings, the worst first."""
    rows = findings_of(run.project_id, is_muted=is_muted).filter(run_id=run.id)
    return rows.order_by("-severity", "rule", "place")


def with_mutes(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Each finding with `mute`: `{id, reason, by, at, run}` where somebody muted it, else None.

    `run` is None for a rule that is muted in all runs.
    """
    by = Coalesce(NullIf("user__name", Value("")), "user__email")
    told = JSONObject(id="id", reason="reason", by=by, at="created_at", run="run_id")
    # Ascending, the mute of the whole project comes last: what was said of this run says more.
    return rows.annotate(mute=Subquery(_mutes().order_by("run_id").values(told=told)[:1]))


def _mutes() -> QuerySet[Mute]:
    """The mutes that hold for a finding: of its rule, in the project or in its run."""
    return Mute.objects.filter(
        Q(run_id=None) | Q(run_id=OuterRef("run_id")),
        project_id=OuterRef("project_id"),
        rule=OuterRef("rule"),
    )
