"""Public links: make, list, revoke, open. Editors of the project.

A link belongs to the project, not to who made it: it ends by its expiry or by being revoked, and
goes with the project to another team.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import Role, User
from ahnb_platform.accounts.secret import digest_of, fresh_secret
from ahnb_platform.errors import Invalid, Missing
from projects.models import Project

from .models import Kind, PublicLink

LONGEST_DAYS = 90
MOST_OPEN = 200
LONGEST_TITLE = 100


@dataclass(frozen=True)
class Shown:
    """What a link is to show: a run by its id, else a view or comparison by its query string."""

    kind: Kind
    title: str = ""
    run_id: UUID | None = None
    address: str = ""


def make_link(
    *, project: Project, shown: Shown, by: User, days: int, shows_people: bool = False
) -> tuple[PublicLink, str]:
    """A new link and its path, whose secret is kept nowhere. Editors.

    Args:
        project: as `by` sees it.
        shown: of the project; the caller has found it there.
        days: until it expires, at most `LONGEST_DAYS`.
        shows_people: whether the names of people are shown.

    Raises:
        Invalid: the title breaks a rule, the days are too many, or there are too many links.
    """
    require(project.role, Role.EDITOR)
    title = shown.title.strip()
    if len(title) > LONGEST_TITLE or not (title.isprintable() or not title):
        raise Invalid(f"A title has at most {LONGEST_TITLE} printable characters.", code="title")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A link works for 1 to {LONGEST_DAYS} days.", code="days")
    secret = fresh_secret()
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        if open_links(project).count() >= MOST_OPEN:
            raise Invalid(f"A project has at most {MOST_OPEN} open links.", code="links")
        link = PublicLink.objects.create(
            project=project,
            kind=shown.kind,
            title=title,
            run_id=shown.run_id,
            address=shown.address,
            shows_people=shows_people,
            digest=digest_of(secret),
            made_by=by,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _record("link.made", link, project, by)
    return link, reverse("links:page", args=[secret])


def open_links(project: Project) -> QuerySet[PublicLink]:
    """Those of the project that work, the newest first, with who made them."""
    return _working().filter(project=project).select_related("made_by")


def revoke_link(*, project: Project, link_id: int, by: User) -> PublicLink:
    """End a link. Editors. Raises Missing where none of the project is open.

    Args:
        project: as `by` sees it.
    """
    require(project.role, Role.EDITOR)
    link = open_links(project).filter(pk=link_id).first()
    with transaction.atomic():
        if link is None or not _working().filter(pk=link_id).update(revoked_at=timezone.now()):
            raise Missing
        _record("link.revoked", link, project, by)
    return link


def open_link(secret: str) -> PublicLink:
    """The link with its project. Raises Missing, the same for a wrong, past or revoked one."""
    link = _working().filter(digest=digest_of(secret)).select_related("project__team").first()
    if link is None:
        raise Missing
    return link


def _working() -> QuerySet[PublicLink]:
    return PublicLink.objects.filter(
        revoked_at=None, expires_at__gt=timezone.now(), project__trashed_at=None
    )


def _record(action: str, link: PublicLink, project: Project, by: User) -> None:
    told: dict[str, Any] = {
        "kind": link.kind,
        "path": project.path,
        "shows_people": link.shows_people,
    }
    until = link.expires_at.isoformat()
    audit.record(action, by=by, target=link, team=project.team, expires_at=until, **told)
