"""Who was removed from a team stays out, whatever its provider says, until somebody invites."""

import pytest

from ahnb_platform.accounts import invitations, people, teams
from ahnb_platform.accounts.models import AuditEvent, Membership, Removal, Role, Team, User
from ahnb_platform.identity.models import Connection
from ahnb_platform.identity.sso import joining
from ahnb_platform.identity.sso.claims import Claims
from tests import cast

from .scim.provider import DEACTIVATIONS, Scim, connect

EVE = Claims(subject="u-1", email="eve@example.com", name="Eve", groups=("heads",))


@pytest.fixture
def scim(vision: Team, alice: User) -> Scim:
    return connect(vision, alice, "example.com", group_roles={"heads": Role.EDITOR})


@pytest.fixture
def root(db: None) -> User:
    return people.make_superuser(user=cast.make_person("root@example.org"), by=None)


@pytest.fixture
def eve(scim: Scim, vision: Team) -> User:
    return joining.person_of(vision.connection, EVE)


def is_member(user: User) -> bool:
    return Membership.objects.filter(user=user).exists()


def comes_again(team: Team) -> bool:
    """Whether logging in through the provider makes the person a member."""
    return is_member(joining.person_of(Connection.objects.get(team=team), EVE))


def test_who_was_removed_logs_in_as_no_member(eve: User, vision: Team, alice: User) -> None:
    assert is_member(eve)
    teams.remove_member(team=vision, user=eve, by=alice)
    assert not comes_again(vision)
    assert AuditEvent.objects.filter(action="sso.kept-out", team=vision).count() == 1
    assert cast.client_of(eve).get("/teams/vision/").status_code == 404


def test_who_left_stays_out_as_well(eve: User, vision: Team) -> None:
    teams.remove_member(team=vision, user=eve, by=eve)
    assert not comes_again(vision)


def test_an_invitation_that_is_accepted_lets_them_in_again(
    eve: User, vision: Team, alice: User
) -> None:
    teams.remove_member(team=vision, user=eve, by=alice)
    invited = invitations.invite(team=vision, email=eve.email, role=Role.READER, by=alice)
    assert not comes_again(vision)
    invitations.accept(invited.path.split("/")[-2], by=eve)
    assert is_member(eve)
    assert not Removal.objects.exists()
    Membership.objects.all().delete()
    assert comes_again(vision)


def test_a_provider_that_adds_the_person_anew_lifts_the_removal(
    scim: Scim, eve: User, vision: Team, alice: User
) -> None:
    teams.remove_member(team=vision, user=eve, by=alice)
    assert scim.create(eve.email).status_code == 201
    assert is_member(eve)


def test_groups_of_the_provider_lift_nothing_but_activating_does(
    scim: Scim, eve: User, vision: Team, alice: User
) -> None:
    person = scim.create(eve.email).json()["id"]
    teams.remove_member(team=vision, user=eve, by=alice)
    scim.group("heads", person)
    assert not is_member(eve)
    scim.patch(f"/Users/{person}", DEACTIVATIONS[0])
    assert not is_member(eve)
    scim.patch(f"/Users/{person}", {"op": "replace", "path": "active", "value": True})
    assert is_member(eve)


def test_who_is_taken_out_in_the_admin_site_stays_out(eve: User, vision: Team, root: User) -> None:
    path = f"/admin/accounts/team/{vision.pk}/change/"
    members = list(Membership.objects.filter(team=vision))
    form = {"slug": "vision", "name": "vision"}
    form |= {
        "memberships-TOTAL_FORMS": len(members),
        "memberships-INITIAL_FORMS": len(members),
    }
    for number, one in enumerate(members):
        form |= {
            f"memberships-{number}-id": one.pk,
            f"memberships-{number}-team": vision.pk,
            f"memberships-{number}-user": one.user_id,
            f"memberships-{number}-role": one.role,
        }
        if one.user_id == eve.pk:
            form[f"memberships-{number}-DELETE"] = "on"
    assert cast.client_of(root).post(path, form).status_code == 302
    assert not is_member(eve)
    assert not comes_again(vision)
