"""Projects and their sharing: every change, each with its rule and its audit event.

`by` is the person who acts, or None for the operator at the command line, who may everything.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.accounts.teams import checked_name, checked_role, checked_slug
from ahnb_platform.edits import own_changes
from ahnb_platform.errors import Conflict, Invalid, Missing

from .models import Mode, Project, ProjectAlias, ProjectShare

LONGEST_DESCRIPTION = 20_000
LONGEST_METRIC = 255
DETAILS = ("name", "description", "objective_metric", "objective_mode")


def create_project(
    *, team: Team, slug: str, by: User | None, name: str = "", description: str = ""
) -> Project:
    """Make a project in a team. Editors. Without a name the slug is the name.

    Raises:
        Invalid: the slug, name or description breaks a rule.
        Conflict: the slug is taken (`slug-taken`), or the team is archived (`team-archived`).
    """
    if by is not None:
        require(role_in(team, by), Role.EDITOR)
    if team.archived_at is not None:
        raise Conflict(f"{team.name} is archived.", code="team-archived")
    slug, name = checked_slug(slug), checked_name(name or slug)
    description = checked_description(description)
    try:
        with transaction.atomic():
            ProjectAlias.objects.filter(team=team, slug=slug).delete()
            project = Project.objects.create(
                team=team, slug=slug, name=name, description=description, created_by=by
            )
            audit.record("project.created", by=by, target=project, team=team, path=project.path)
    except IntegrityError as error:
        raise slug_taken(team, slug) from error
    return project


def update_project(
    *,
    project: Project,
    by: User | None,
    name: str | None = None,
    description: str | None = None,
    objective_metric: str | None = None,
    objective_mode: str | None = None,
    seen: str = "",
) -> Project:
    """Describe a project; what is None stays. Editors.

    Args:
        seen: the marks of the texts that `by` saw (`texts_of`); "" writes whatever is stored.

    Raises:
        Invalid: a text breaks a rule, or one half of the objective is missing.
        Overtaken: somebody else changed the same text since.
    """
    given = {
        "name": None if name is None else checked_name(name),
        "description": None if description is None else checked_description(description),
        "objective_metric": objective_metric,
        "objective_mode": objective_mode,
    }
    wanted = {field: value for field, value in given.items() if value is not None}
    with transaction.atomic():
        project = _locked(project, by, Role.EDITOR)
        stored = texts_of(project)
        own = own_changes(seen, as_seen(stored), as_seen({**stored, **wanted}))
        changed = {
            field: value
            for field, value in wanted.items()
            if field in own and value != stored[field]
        }
        for field, value in changed.items():
            setattr(project, field, value)
        _check_objective(project)
        if changed:
            project.save(update_fields=list(changed))
            _record("project.changed", project, by, fields=sorted(changed))
    return project


def texts_of(project: Project) -> dict[str, str]:
    """What editors write on a project, as a form shows it."""
    return {field: getattr(project, field) for field in DETAILS}


def as_seen(texts: dict[str, str]) -> dict[str, str]:
    """The texts as they are compared: both halves of the objective are one thing."""
    objective = f"{texts['objective_metric']} {texts['objective_mode']}"
    return {**texts, "objective_metric": objective, "objective_mode": objective}


def rename_project(*, project: Project, slug: str, by: User | None) -> Project:
    """Give a project another slug; the old one goes on leading to it. Owners.

    Raises:
        Invalid: no slug.
        Conflict: the slug is taken (`slug-taken`).
    """
    slug = checked_slug(slug)
    try:
        with transaction.atomic():
            project = _locked(project, by, Role.OWNER)
            before = project.slug
            if slug == before:
                return project
            aliases = ProjectAlias.objects.filter(team=project.team_id)
            aliases.filter(slug=slug).delete()
            ProjectAlias.objects.create(team=project.team, slug=before, project=project)
            project.slug = slug
            project.save(update_fields=["slug"])
            _record("project.renamed", project, by, before=before, after=slug)
    except IntegrityError as error:
        raise slug_taken(project.team, slug) from error
    return project


def archive_project(*, project: Project, by: User | None) -> Project:
    """Leave a project out of lists; nothing is lost or closed. Owners."""
    return _set_archived(project, by, archived=True)


def restore_project(*, project: Project, by: User | None) -> Project:
    """Undo `archive_project`. Owners."""
    return _set_archived(project, by, archived=False)


def share_project(
    *,
    project: Project,
    by: User | None,
    role: int,
    team: Team | None = None,
    user: User | None = None,
) -> ProjectShare:
    """Show a project to one other team or person, or change by how much. Owners.

    Raises:
        Invalid: not exactly one of team and person, the project's own team, or the role owner.
    """
    role = checked_role(role)
    if (team is None) == (user is None):
        raise Invalid("Share with one team or one person.", code="share-with-one")
    if team is not None and team.pk == project.team_id:
        raise Invalid("The project belongs to this team already.", code="own-team")
    if user is not None and user.is_service:
        raise Invalid("A service account sees what its team does.", code="service")
    if role == Role.OWNER:
        raise Invalid("A project is shared as reader or as editor.", code="role")
    with transaction.atomic():
        project = _locked(project, by, Role.OWNER)
        share, made = ProjectShare.objects.update_or_create(
            project=project, team=team, user=user, defaults={"role": role}
        )
        action = "share.added" if made else "share.changed"
        _record(action, project, by, role=role.label, shared_with=_label(share))
    return share


def unshare_project(*, share: ProjectShare, by: User | None) -> None:
    """End a share. Owners of the project; a share that has ended already is Missing."""
    with transaction.atomic():
        project = _locked(share.project, by, Role.OWNER)
        ended, _ = ProjectShare.objects.filter(pk=share.pk).delete()
        if not ended:
            raise Missing
        _record("share.ended", project, by, shared_with=_label(share))


def checked_description(text: str) -> str:
    """Raises Invalid when it is too long, or holds what no database keeps."""
    if len(text) > LONGEST_DESCRIPTION or "\x00" in text:
        raise Invalid(f"Use at most {LONGEST_DESCRIPTION:,} characters.", code="description")
    return text


def _check_objective(project: Project) -> None:
    metric, mode = project.objective_metric, project.objective_mode
    if len(metric) > LONGEST_METRIC or not (metric.isprintable() or not metric):
        raise Invalid("This is no name of a metric.", code="objective")
    if mode and mode not in Mode.values:
        raise Invalid("The mode of an objective is min or max.", code="objective")
    if bool(metric) != bool(mode):
        raise Invalid("An objective has a metric and a mode.", code="objective")


def _locked(project: Project, by: User | None, needed: Role) -> Project:
    """The project's row, held against others, once `by` is seen to hold the role `needed`."""
    locked = Project.objects.select_for_update().filter(pk=project.pk).first()
    if locked is None:
        raise Missing
    if by is not None:
        seen = Project.objects.visible_to(by).filter(pk=project.pk).first()
        require(seen.role if seen else 0, needed)
    return locked


def _set_archived(project: Project, by: User | None, *, archived: bool) -> Project:
    with transaction.atomic():
        project = _locked(project, by, Role.OWNER)
        if (project.archived_at is not None) == archived:
            return project
        project.archived_at = timezone.now() if archived else None
        project.save(update_fields=["archived_at"])
        _record("project.archived" if archived else "project.restored", project, by)
    return project


def _record(action: str, project: Project, by: User | None, **data: Any) -> None:
    audit.record(action, by=by, target=project, team=project.team, path=project.path, **data)


def _label(share: ProjectShare) -> str:
    return share.team.slug if share.team else share.user.email if share.user else ""


def slug_taken(team: Team, slug: str) -> Conflict:
    """The refusal of an address that another project of the team has."""
    detail = f"{team.name} has a project at “{slug}” already"
    if Project.objects.filter(team=team, slug=slug, trashed_at__isnull=False).exists():
        detail += ", in the trash: an owner can restore it, or delete it for good"
    return Conflict(f"{detail}.", code="slug-taken")
