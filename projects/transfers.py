"""Giving a project to another team: at once by who owns both, else offered and accepted.

Everything that hangs on the project follows: runs, aliases of its address, shares, views, bound
tokens, public links. Who sees it afterwards is the other team's to say.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.errors import Conflict, Invalid, Missing

from .models import Project, ProjectAlias, ProjectOffer, ProjectShare
from .services import slug_taken
from .trash import locked_project

DAYS = 7
# Sent with a project that has just come to another team, in the transaction of the act.
moved = Signal()


def offer_project(*, project: Project, slug: str, by: User) -> ProjectOffer | None:
    """Give the project to the team at `slug` if `by` owns it too, else offer it. Owners.

    An offer takes the place of the one before. Whether there is such a team is not told: of one
    that does not exist the offer lies open like any other, and nobody can accept it.

    Returns: the offer; None where the project has moved.

    Raises:
        Invalid: the project is that team's already (`own-team`).
        Conflict: as `accept_offer`.
    """
    team = Team.objects.filter(slug=slug).first()
    with transaction.atomic():
        project = _locked(project.pk)
        require(role_in(project.team, by), Role.OWNER)
        if team is not None and team.pk == project.team_id:
            raise Invalid("The project belongs to this team already.", code="own-team")
        if team is not None and role_in(team, by) == Role.OWNER:
            _move(project, team, by)
            return None
        expires_at = timezone.now() + timedelta(days=DAYS)
        offered = {"team": team, "slug": slug, "offered_by": by, "expires_at": expires_at}
        offer, _ = ProjectOffer.objects.update_or_create(project=project, defaults=offered)
        audit.record("project.offered", by=by, target=project, team=project.team, to=slug)
    return offer


def withdraw_offer(*, project: Project, by: User) -> None:
    """Take an offer back. Owners. Raises Missing where none is open."""
    with transaction.atomic():
        project = _locked(project.pk)
        require(role_in(project.team, by), Role.OWNER)
        offer = offer_of(project)
        if offer is None:
            raise Missing
        audit.record("project.offer-withdrawn", by=by, target=project, team=project.team)
        offer.delete()


def offer_of(project: Project) -> ProjectOffer | None:
    """The open offer of the project."""
    return _open().filter(project=project).first()


def offers_to(team: Team) -> list[ProjectOffer]:
    """What is offered to the team, by people who may."""
    offers = _open().filter(team=team).select_related("project__team", "offered_by")
    return [offer for offer in offers.order_by("created_at") if _is_honest(offer)]


def accept_offer(*, team: Team, offer_id: int, by: User) -> Project:
    """Take an offered project over. Owners of the team.

    Raises:
        Missing: nothing is offered, or who offered it owns the project no longer.
        Conflict: the team has a project of that address (`slug-taken`), or is archived
            (`team-archived`).
    """
    require(role_in(team, by), Role.OWNER)
    with transaction.atomic():
        project = _locked(_offered(team, offer_id).project_id)
        _offered(team, offer_id)  # now that nobody else can take it or take it back
        return _move(project, team, by)


def decline_offer(*, team: Team, offer_id: int, by: User) -> None:
    """Leave an offered project where it is. Owners of the team. Raises Missing."""
    require(role_in(team, by), Role.OWNER)
    with transaction.atomic():
        offer = _offered(team, offer_id)
        audit.record("project.offer-declined", by=by, target=offer.project, team=team)
        audit.record("project.offer-declined", by=by, target=offer.project, team=offer.project.team)
        offer.delete()


def _move(project: Project, team: Team, by: User) -> Project:
    """Put the locked project into `team`; its address goes on leading to it."""
    if team.archived_at is not None:
        raise Conflict(f"{team.name} is archived.", code="team-archived")
    before, was_at = project.team, project.path
    try:
        with transaction.atomic():
            ProjectAlias.objects.filter(team__in=(before, team), slug=project.slug).delete()
            ProjectAlias.objects.create(team=before, slug=project.slug, project=project)
            project.team = team
            project.save(update_fields=["team"])
    except IntegrityError as error:
        raise slug_taken(team, project.slug) from error
    moved.send(project)
    # Its members see it as such now.
    ProjectShare.objects.filter(project=project, team=team).delete()
    ProjectOffer.objects.filter(project=project).delete()
    for one in (before, team):
        audit.record(
            "project.transferred",
            by=by,
            target=project,
            team=one,
            before=was_at,
            after=project.path,
        )
    return project


def _offered(team: Team, offer_id: int) -> ProjectOffer:
    offer = _open().filter(team=team, pk=offer_id).select_related("project__team").first()
    if offer is None or not _is_honest(offer):
        raise Missing
    return offer


def _is_honest(offer: ProjectOffer) -> bool:
    """Whether who made the offer still owns what is offered."""
    return role_in(offer.project.team, offer.offered_by) == Role.OWNER


def _open() -> QuerySet[ProjectOffer]:
    return ProjectOffer.objects.filter(expires_at__gt=timezone.now())


def _locked(project_id: int) -> Project:
    """The project, held against others. Raises Missing for one in the trash."""
    project = locked_project(project_id, None)
    if project.trashed_at is not None:
        raise Missing
    return project
