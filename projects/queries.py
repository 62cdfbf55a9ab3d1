"""What a person may read of projects."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import Membership, Role, Team, User
from ahnb_platform.errors import Conflict, Gone, Missing

from .models import Project, ProjectAlias, ProjectQuerySet, ProjectShare, SavedView


class ProjectTrashed(Gone):
    """The project lies in the trash, with all its runs."""

    code = "project-trashed"

    def __init__(self) -> None:
        super().__init__("The project lies in the trash; an owner of its team can restore it.")


def projects_for_user(user: User, *, archived: bool = False) -> ProjectQuerySet:
    """The projects that `user` sees, each with `role` and its team.

    Those that are archived, or whose team is, come only when asked for, and then alone.
    """
    visible = Project.objects.visible_to(user).select_related("team")
    live = {"archived_at": None, "team__archived_at": None}
    return visible.exclude(**live) if archived else visible.filter(**live)


def project_for_user(user: User, team_slug: str, project_slug: str) -> Project:
    """The project as `user` sees it, with `.role` and its team loaded.

    Slugs that the team or the project once had find it too; a page then redirects.

    Raises:
        Missing: there is none, or `user` may not see it.
    """
    return _named(Project.objects.visible_to(user), team_slug, project_slug)


def project_for_editor(user: User, team_slug: str, project_slug: str) -> Project:
    """As `project_for_user`, for writing. Raises NotAllowed for readers."""
    project = project_for_user(user, team_slug, project_slug)
    require(project.role, Role.EDITOR)
    return project


def project_for_owner(user: User, team_slug: str, project_slug: str) -> Project:
    """As `project_for_user`, for managing. Raises NotAllowed for all but the team's owners."""
    project = project_for_user(user, team_slug, project_slug)
    require(project.role, Role.OWNER)
    return project


def known_project_for_owner(
    user: User, team_slug: str, project_slug: str, *, within: int | None = None
) -> Project:
    """As `project_for_owner`, one in the trash too, which is Missing to all others.

    Args:
        within: the only project that may be seen (a token can be bound to one).
    """
    project = _named(Project.objects.known_to(user), team_slug, project_slug)
    is_hidden = project.trashed_at is not None and project.role < Role.OWNER
    if is_hidden or within not in (None, project.pk):
        raise Missing
    require(project.role, Role.OWNER)
    return project


def refuse_trashed(user: User, *, within: int | None = None, **names: str) -> None:
    """Raises Gone (`project-trashed`) for a project in the trash to which `user` could write.

    Args:
        within: the only project that may be seen (a token can be bound to one).
        names: `team_slug` and `project_slug`, present or former ones.
    """
    try:
        project = _named(Project.objects.known_to(user), **names)
    except Missing:
        return
    if within in (None, project.pk):
        refuse_writing(project.trashed_at, project.role)


def refuse_writing(trashed_at: datetime | None, role: int) -> None:
    """Raises Gone (`project-trashed`) for who could write if the project were not in the trash."""
    if trashed_at is not None and role >= Role.EDITOR:
        raise ProjectTrashed


def refuse_moved(team: Team, slug: str) -> None:
    """Raises Conflict (`project-moved`) for a former address in the team; not whither it leads.

    For who makes projects there without meaning to, as a training does.
    """
    if ProjectAlias.objects.filter(team=team, slug=slug).exists():
        raise Conflict(
            f"The project that was “{team.slug}/{slug}” belongs to another team now, where you "
            "may not see it. A new project of this name is made on the page “New project”.",
            code="project-moved",
        )


def views_for_user(user: User, project: Project) -> list[SavedView]:
    """The views of the project that `user` kept or that are shared, by name."""
    seen = SavedView.objects.filter(project=project).filter(Q(owner=user) | Q(is_shared=True))
    return list(seen.select_related("owner").order_by("name", "pk"))


def view_for_user(user: User, project: Project, view_id: int) -> SavedView:
    """One of `views_for_user`, with this project. Raises Missing for all others."""
    seen = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), project=project, pk=view_id)
    view = seen.select_related("owner").first()
    if view is None:
        raise Missing
    view.project = project
    return view


@dataclass(frozen=True)
class Viewer:
    """One person who sees a project, by how much, and through what."""

    user: User
    role: Role
    reasons: tuple[str, ...]


def shares_of(project: Project) -> list[ProjectShare]:
    """With whom the project is shared, teams first."""
    shares = ProjectShare.objects.filter(project=project).select_related("team", "user")
    return list(shares.order_by("team__slug", "user__email"))


def share_with_id(project: Project, share_id: int) -> ProjectShare:
    """One of the project's shares. Raises Missing."""
    share = ProjectShare.objects.filter(project=project, pk=share_id)
    found = share.select_related("project__team", "team", "user").first()
    if found is None:
        raise Missing
    return found


def viewers_of(project: Project) -> list[Viewer]:
    """Everybody who sees the project, the largest role first, with all the reasons."""
    grants: dict[User, list[tuple[Role, str]]] = {}
    for user, role, reason in [*_by_team(project), *_by_share(project)]:
        if user.is_active:
            grants.setdefault(user, []).append((role, reason))
    viewers = [
        Viewer(user, max(role for role, _ in held), tuple(reason for _, reason in held))
        for user, held in grants.items()
    ]
    return sorted(viewers, key=lambda viewer: (-viewer.role, viewer.user.email))


def _by_team(project: Project) -> list[tuple[User, Role, str]]:
    members = Membership.objects.filter(team=project.team_id).select_related("user")
    return [
        (member.user, Role(member.role), f"{Role(member.role).label} in {project.team.name}")
        for member in members
    ]


def _by_share(project: Project) -> list[tuple[User, Role, str]]:
    shares = ProjectShare.objects.filter(project=project).select_related("user", "team")
    shares = shares.prefetch_related("team__memberships__user")
    found = []
    for share in shares:
        if share.user is not None:
            found.append((share.user, Role(share.role), "shared with this person"))
        if share.team is not None:
            reason = f"shared with {share.team.name}"
            found += [
                (member.user, Role(min(share.role, member.role)), reason)
                for member in share.team.memberships.all()
            ]
    return found


def _named(visible: ProjectQuerySet, team_slug: str, project_slug: str) -> Project:
    """The project of that present or former address. Raises Missing."""
    visible = visible.select_related("team")
    project = visible.filter(team__slug=team_slug, slug=project_slug).first()
    project = project or _once_named(visible, team_slug, project_slug)
    if project is None:
        raise Missing
    return project


def _once_named(visible: ProjectQuerySet, team_slug: str, project_slug: str) -> Project | None:
    """The project that a former address leads to.

    A slug is never both somebody's present and another's former one, so at most one is found. An
    alias names the team that the project was in then, which need not be its present one.
    """
    team = Q(team__slug=team_slug) | Q(team__aliases__slug=team_slug)
    then = Q(aliases__team__slug=team_slug) | Q(aliases__team__aliases__slug=team_slug)
    return visible.filter(
        team & Q(slug=project_slug) | then & Q(aliases__slug=project_slug)
    ).first()
