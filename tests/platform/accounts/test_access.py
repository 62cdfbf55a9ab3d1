"""Team role x share role: what a person may do with a project."""

import itertools

import pytest

from ahnb_platform.accounts.access import team_for_editor, team_for_owner, team_for_user
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.errors import Missing, NotAllowed
from projects.models import Project
from projects.queries import (
    project_for_editor,
    project_for_owner,
    project_for_user,
    projects_for_user,
)
from projects.services import share_project
from tests import cast

NONE = 0
OWN = [NONE, Role.READER, Role.EDITOR, Role.OWNER]
SHARED = [NONE, Role.READER, Role.EDITOR]
LOOKUPS = [
    (Role.READER, project_for_user),
    (Role.EDITOR, project_for_editor),
    (Role.OWNER, project_for_owner),
]


@pytest.fixture
def eve(db: None) -> User:
    return cast.make_person("eve@example.org")


def give(
    project: Project, other: Team, user: User, own: int, personal: int, member: int, shared: int
) -> None:
    """`own` role in the project's team, a `personal` share, and `member` of a team with a share."""
    owner = project.team.memberships.get(role=Role.OWNER).user
    if own:
        project.team.memberships.create(user=user, role=own)
    if personal:
        share_project(project=project, by=owner, role=personal, user=user)
    if member:
        other.memberships.create(user=user, role=member)
    if shared:
        share_project(project=project, by=owner, role=shared, team=other)


@pytest.mark.parametrize(
    ("own", "personal", "member", "shared"), list(itertools.product(OWN, SHARED, OWN, SHARED))
)
def test_the_largest_grant_counts(
    digits: Project,
    other: Team,
    eve: User,
    own: int,
    personal: int,
    member: int,
    shared: int,
) -> None:
    give(digits, other, eve, own, personal, member, shared)
    held = max(own, personal, min(member, shared))
    assert [project.role for project in projects_for_user(eve)] == ([held] if held else [])
    for needed, lookup in LOOKUPS:
        if held >= needed:
            assert lookup(eve, "vision", "digits") == digits
        else:
            with pytest.raises(NotAllowed if held else Missing):
                lookup(eve, "vision", "digits")


def test_somebody_not_active_sees_nothing(digits: Project, alice: User) -> None:
    alice.is_active = False
    assert not projects_for_user(alice)
    with pytest.raises(Missing):
        team_for_user(alice, "vision")


@pytest.mark.parametrize(
    ("lookup", "name", "refusal"),
    [
        (team_for_user, "dana", None),
        (team_for_editor, "dana", NotAllowed),
        (team_for_editor, "bob", None),
        (team_for_owner, "bob", NotAllowed),
        (team_for_owner, "alice", None),
        (team_for_user, "charlie", Missing),
        (team_for_owner, "charlie", Missing),
    ],
)
def test_teams_by_role(vision: Team, charlie: User, lookup, name: str, refusal) -> None:
    user = User.objects.get(email=f"{name}@example.org")
    if refusal is None:
        assert lookup(user, "vision") == vision
    else:
        with pytest.raises(refusal):
            lookup(user, "vision")


def test_a_guest_of_a_project_is_a_stranger_to_its_team(
    digits: Project, alice: User, charlie: User
) -> None:
    share_project(project=digits, by=alice, role=Role.EDITOR, user=charlie)
    with pytest.raises(Missing):
        team_for_user(charlie, "vision")


def test_missing_and_invisible_projects_are_refused_alike(digits: Project, charlie: User) -> None:
    refusals = []
    for slug in ("digits", "nothing"):
        with pytest.raises(Missing) as refusal:
            project_for_user(charlie, "vision", slug)
        refusals.append(refusal.value.detail)
    assert refusals[0] == refusals[1]


def test_a_project_is_found_with_one_query(
    digits: Project, dana: User, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        project = project_for_user(dana, "vision", "digits")
        assert (project.path, project.role) == ("vision/digits", Role.READER)
