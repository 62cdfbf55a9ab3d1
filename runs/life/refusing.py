"""What a client is told when a limit is reached: what, how much of how much, and what helps."""

from __future__ import annotations

from typing import Any

from ahnb_platform.errors import NotAllowed
from ahnb_platform.web.formats import size
from projects.models import Project

WAYS = {
    "project": "An owner of the team can raise the quota on the project's page “Storage”",
    "team": "Whoever runs the server can raise the team's quota",
}


class QuotaExceeded(NotAllowed):
    """A limit on runs, points or bytes is reached; nothing was stored."""

    code = "quota-exceeded"

    def __init__(self, detail: str, quota: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.quota = quota
        self.members = {"quota": quota} if quota else {}


def refusal(project: Project, kind: str, what: str, limit: int | None, used: int) -> QuotaExceeded:
    """The error for a limit of the project, or of its team (`kind`).

    Args:
        project: with its team.
        what: "runs", "points" or "bytes".
    """
    whose = f"project {project.path}" if kind == "project" else f"team {project.team.slug}"
    detail = (
        f"The {whose} may have {told(what, limit or 0)} and has {told(what, used)}: there is no "
        f"room for this. {WAYS[kind]}, or runs can be deleted for good from the trash."
    )
    return QuotaExceeded(detail, {"of": kind, "what": what, "limit": limit, "used": used})


def told(what: str, number: int) -> str:
    """A number of runs, points or bytes of files, in words."""
    return f"{size(number)} of files" if what == "bytes" else f"{number:,} {what}"
