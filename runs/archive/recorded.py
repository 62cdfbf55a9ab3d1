"""That a run was taken away is on record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Subquery

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import ApiToken, User
from ahnb_platform.errors import Missing
from projects.models import Project

from ..models import RunLocator


def record_export(user: User, run_id: UUID, form: str, token: ApiToken | None = None) -> None:
    """Record that `user` takes a run away as `form`; before it is read, in a state of its own.

    Raises:
        Missing: there is no such run, or `user` may not see it.
    """
    located = RunLocator.objects.filter(pk=run_id).values("project_id")
    visible = Project.objects.visible_to(user).select_related("team")
    project = visible.filter(pk=Subquery(located)).first()
    within = token.project_id if token else None
    if project is None or within not in (None, project.pk):
        raise Missing
    told: dict[str, Any] = {"team": project.team, "run": str(run_id), "form": form}
    audit.record("export.run", by=user, target=project, token=token, **told)
