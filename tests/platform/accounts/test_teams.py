"""Teams and members: the rules, and what happens at once."""

import pytest

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.access import team_for_user
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, TeamAlias, User
from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed
from tests import cast
from tests.at_once import at_once


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def role_of(team: Team, user: User) -> int | None:
    return Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()


def test_who_makes_a_team_owns_it(alice: User) -> None:
    team = teams.create_team(slug="vision", by=alice)
    assert role_of(team, alice) == Role.OWNER
    assert actions()[-1] == "team.created"


@pytest.mark.parametrize("slug", ["", "A", "é", "a\n", "-a", "a b", "admin", "new", "x" * 64, ".."])
def test_bad_slugs_are_refused(alice: User, slug: str) -> None:
    with pytest.raises(Invalid):
        teams.create_team(slug=slug, by=alice)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "x" * 101])
def test_bad_names_are_refused(alice: User, name: str) -> None:
    with pytest.raises(Invalid):
        teams.create_team(slug="fine", name=name, by=alice)


def test_a_taken_slug_is_a_conflict(vision: Team, charlie: User) -> None:
    with pytest.raises(Conflict) as refusal:
        teams.create_team(slug="vision", by=charlie)
    assert refusal.value.code == "slug-taken"


def test_a_renamed_team_is_found_by_its_old_slug(vision: Team, alice: User, dana: User) -> None:
    teams.update_team(team=vision, by=alice, slug="sight", name="Sight")
    assert team_for_user(dana, "vision").slug == "sight"


def test_a_stranger_does_not_find_a_team_by_its_old_slug(
    vision: Team, alice: User, charlie: User
) -> None:
    teams.update_team(team=vision, by=alice, slug="sight", name="Sight")
    with pytest.raises(Missing):
        team_for_user(charlie, "vision")


def test_a_new_team_may_take_a_former_slug(vision: Team, alice: User, charlie: User) -> None:
    teams.update_team(team=vision, by=alice, slug="sight", name="Sight")
    taken = teams.create_team(slug="vision", by=charlie)
    assert team_for_user(charlie, "vision") == taken
    assert not TeamAlias.objects.exists()


def test_a_team_may_have_its_old_slug_back(vision: Team, alice: User) -> None:
    teams.update_team(team=vision, by=alice, slug="sight", name="Sight")
    teams.update_team(team=vision, by=alice, slug="vision", name="Vision")
    assert team_for_user(alice, "vision").slug == "vision"
    assert team_for_user(alice, "sight").slug == "vision"


@pytest.mark.parametrize("name", ["bob", "dana"])
def test_only_owners_manage(vision: Team, charlie: User, name: str) -> None:
    user = User.objects.get(email=f"{name}@example.org")
    with pytest.raises(NotAllowed):
        teams.add_member(team=vision, user=charlie, role=Role.READER, by=user)
    with pytest.raises(NotAllowed):
        teams.change_role(team=vision, user=user, role=Role.OWNER, by=user)
    with pytest.raises(NotAllowed):
        teams.archive_team(team=vision, by=user)


def test_a_stranger_cannot_even_see_what_he_may_not_change(vision: Team, charlie: User) -> None:
    with pytest.raises(Missing):
        teams.add_member(team=vision, user=charlie, role=Role.OWNER, by=charlie)


def test_a_member_is_added_once(vision: Team, alice: User, bob: User) -> None:
    with pytest.raises(Conflict) as refusal:
        teams.add_member(team=vision, user=bob, role=Role.READER, by=alice)
    assert refusal.value.code == "already-member"
    assert role_of(vision, bob) == Role.EDITOR


def test_the_last_owner_cannot_leave_or_step_down(vision: Team, alice: User) -> None:
    with pytest.raises(Conflict):
        teams.remove_member(team=vision, user=alice, by=alice)
    with pytest.raises(Conflict) as refusal:
        teams.change_role(team=vision, user=alice, role=Role.EDITOR, by=alice)
    assert refusal.value.code == "last-owner"
    assert role_of(vision, alice) == Role.OWNER


def test_an_owner_who_cannot_log_in_does_not_count(vision: Team, alice: User, bob: User) -> None:
    teams.change_role(team=vision, user=bob, role=Role.OWNER, by=alice)
    bob.is_active = False
    bob.save()
    with pytest.raises(Conflict):
        teams.remove_member(team=vision, user=alice, by=alice)


def test_a_reader_may_leave(vision: Team, dana: User) -> None:
    teams.remove_member(team=vision, user=dana, by=dana)
    assert role_of(vision, dana) is None


def test_every_act_is_recorded(vision: Team, alice: User, bob: User) -> None:
    before = len(actions())
    teams.change_role(team=vision, user=bob, role=Role.READER, by=alice)
    teams.remove_member(team=vision, user=bob, by=alice)
    teams.update_team(team=vision, by=alice, slug="sight", name="Sight")
    teams.archive_team(team=vision, by=alice)
    teams.restore_team(team=vision, by=alice)
    assert actions()[before:] == [
        "member.role-changed",
        "member.removed",
        "team.renamed",
        "team.archived",
        "team.restored",
    ]
    event = AuditEvent.objects.get(action="member.role-changed")
    assert (event.actor, event.team, event.target_label) == (alice, vision, "Bob")
    assert event.data == {"before": "editor", "after": "reader"}


def test_what_is_refused_is_not_recorded(vision: Team, alice: User) -> None:
    before = actions()
    with pytest.raises(Conflict):
        teams.remove_member(team=vision, user=alice, by=alice)
    assert actions() == before


def test_an_event_is_never_changed(vision: Team) -> None:
    event = AuditEvent.objects.filter(team=vision).first()
    assert event is not None
    event.actor_label = "somebody else"
    with pytest.raises(TypeError):
        event.save()


def test_events_outlive_people(vision: Team, charlie: User, alice: User) -> None:
    teams.add_member(team=vision, user=charlie, role=Role.OWNER, by=alice)
    teams.remove_member(team=vision, user=alice, by=charlie)
    number = alice.pk
    User.objects.filter(email="alice@example.org").delete()
    event = AuditEvent.objects.get(action="team.created")
    assert (event.actor_id, event.actor_label) == (number, "alice@example.org")


@pytest.mark.django_db(transaction=True)
def test_one_of_many_makes_the_team() -> None:
    people = [cast.make_person(f"p{number}@example.org") for number in range(8)]
    outcomes = at_once(
        [lambda user=user: teams.create_team(slug="race", by=user) for user in people]
    )
    assert sum(isinstance(outcome, Team) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert Membership.objects.filter(team__slug="race").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_many_adds_the_member(alice: User, bob: User) -> None:
    team = teams.create_team(slug="race", by=alice)
    add = lambda: teams.add_member(team=team, user=bob, role=Role.READER, by=alice)  # noqa: E731
    outcomes = at_once([add] * 8)
    assert sum(isinstance(outcome, Membership) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(alice: User, bob: User) -> None:
    for number in range(5):
        team = teams.create_team(slug=f"race-{number}", by=alice)
        teams.add_member(team=team, user=bob, role=Role.OWNER, by=alice)
        outcomes = at_once(
            [
                lambda team=team, user=user: teams.remove_member(team=team, user=user, by=user)
                for user in (alice, bob)
            ]
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        assert Membership.objects.filter(team=team, role=Role.OWNER).count() == 1
