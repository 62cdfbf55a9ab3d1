"""Views of a project's summary under a name: keep, share, forget. Readers; sharing: editors."""

from typing import Any

from django.db import transaction

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import Role, User
from ahnb_platform.accounts.teams import checked_name
from ahnb_platform.errors import Invalid, NotAllowed

from .models import Project, SavedView

LONGEST_ADDRESS = 8_000
MOST_VIEWS = 200


def save_view(
    *, project: Project, by: User, name: str, address: str, is_shared: bool = False
) -> SavedView:
    """Keep a view of the project's summary; one's own of the same name is replaced. Readers.

    Args:
        project: as `by` sees it.
        address: the query string of the view.
        is_shared: with everybody who sees the project. Editors.

    Raises:
        Invalid: the name breaks a rule, the address is too long, or there are too many views.
    """
    name = checked_name(name)
    if is_shared:
        require(project.role, Role.EDITOR)
    if len(address) > LONGEST_ADDRESS:
        raise Invalid("This view holds too much to be saved.", code="view-too-long")
    own = SavedView.objects.filter(project=project, owner=by)
    if own.count() >= MOST_VIEWS and not own.filter(name=name).exists():
        raise Invalid(f"Nobody has more than {MOST_VIEWS} views of a project.", code="views")
    kept = {"address": address, "is_shared": is_shared}
    view, _ = SavedView.objects.update_or_create(
        project=project, owner=by, name=name, defaults=kept
    )
    return view


def share_view(*, view: SavedView, by: User, is_shared: bool) -> SavedView:
    """Share one's own view, or keep it for oneself again. Sharing: editors.

    Args:
        view: with the project as `by` sees it.

    Raises:
        NotAllowed: it is somebody else's, or `by` is a reader.
    """
    _require_owner_of_view(view, by)
    if is_shared:
        require(view.project.role, Role.EDITOR)
    with transaction.atomic():
        view.is_shared = is_shared
        view.save(update_fields=["is_shared", "changed_at"])
        _record("view.shared" if is_shared else "view.unshared", view, by)
    return view


def delete_view(*, view: SavedView, by: User) -> None:
    """Forget a view: one's own, or as an owner of the project one that is shared."""
    if view.project.role < Role.OWNER:
        _require_owner_of_view(view, by)
    with transaction.atomic():
        _record("view.deleted", view, by, owner=view.owner.email)
        view.delete()


def _require_owner_of_view(view: SavedView, by: User) -> None:
    if view.owner_id != by.pk:
        raise NotAllowed("The view is somebody else's.")


def _record(action: str, view: SavedView, by: User, **data: Any) -> None:
    project = view.project
    told = {"path": project.path, "view": view.name, **data}
    audit.record(action, by=by, target=project, team=project.team, **told)
