"""Who may: the roles people hold in teams, and what an act asks of them.

A stranger is told `Missing`, the same as for a team that does not exist; a member whose role is
too small is told `NotAllowed`.
"""

from ahnb_platform.errors import Missing, NotAllowed

from .models import Membership, Role, Team, User
from .models.team import TeamQuerySet


def require(held: int, needed: Role) -> None:
    """Pass when the role `held` includes `needed`; 0 is a stranger.

    Raises:
        Missing: the person may not even see the thing.
        NotAllowed: it is seen, but the role is too small.
    """
    if held < Role.READER:
        raise Missing
    if held < needed:
        raise NotAllowed(f"You need the role “{needed.label}” for this.")


def role_in(team: Team, user: User) -> int:
    """The role that `user` holds in `team` by membership; 0 for a stranger."""
    if not user.is_active:
        return 0
    held = Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()
    return held or 0


def teams_for_user(user: User) -> TeamQuerySet:
    """The teams that `user` belongs to, each with `role`."""
    return Team.objects.visible_to(user)


def team_for_user(user: User, slug: str) -> Team:
    """The team as its member sees it, with `.role`; a slug that it once had finds it too.

    Raises:
        Missing: there is none, or `user` is no member.
    """
    teams = teams_for_user(user)
    team = teams.filter(slug=slug).first() or teams.filter(aliases__slug=slug).first()
    if team is None:
        raise Missing
    return team


def team_for_editor(user: User, slug: str) -> Team:
    """As `team_for_user`, for making projects. Raises NotAllowed for readers."""
    team = team_for_user(user, slug)
    require(team.role, Role.EDITOR)
    return team


def team_for_owner(user: User, slug: str) -> Team:
    """As `team_for_user`, for managing the team. Raises NotAllowed for all but owners."""
    team = team_for_user(user, slug)
    require(team.role, Role.OWNER)
    return team
