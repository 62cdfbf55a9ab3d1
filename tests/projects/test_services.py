"""Projects and their sharing: the rules, and what happens at once."""

import pytest

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import AuditEvent, Role, Team, User
from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed
from projects import services
from projects.models import Project, ProjectAlias, ProjectShare
from projects.queries import project_for_user, projects_for_user, viewers_of
from tests.at_once import at_once


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("alice", None), ("bob", None), ("dana", NotAllowed), ("charlie", Missing)],
)
def test_who_may_make_a_project(vision: Team, charlie: User, name: str, refusal) -> None:
    by = person(name)
    if refusal is None:
        project = services.create_project(team=vision, slug="faces", by=by)
        assert (project.path, project.name, project.created_by) == ("vision/faces", "faces", by)
    else:
        with pytest.raises(refusal):
            services.create_project(team=vision, slug="faces", by=by)
        assert not Project.objects.exists()


@pytest.mark.parametrize("slug", ["", "Faces", "é", "a\n", "new", "..", "x" * 64])
def test_bad_slugs_are_refused(vision: Team, alice: User, slug: str) -> None:
    with pytest.raises(Invalid):
        services.create_project(team=vision, slug=slug, by=alice)


@pytest.mark.parametrize("description", ["a\x00b", "x" * 20_001])
def test_bad_descriptions_are_refused(digits: Project, alice: User, description: str) -> None:
    with pytest.raises(Invalid):
        services.update_project(project=digits, by=alice, description=description)


def test_a_slug_is_taken_once_in_a_team_but_free_in_another(
    digits: Project, other: Team, alice: User, charlie: User
) -> None:
    with pytest.raises(Conflict) as refusal:
        services.create_project(team=digits.team, slug="digits", by=alice)
    assert refusal.value.code == "slug-taken"
    assert services.create_project(team=other, slug="digits", by=charlie).path == "other/digits"


def test_an_archived_team_gets_no_new_project(vision: Team, alice: User) -> None:
    team = teams.archive_team(team=vision, by=alice)
    with pytest.raises(Conflict) as refusal:
        services.create_project(team=team, slug="faces", by=alice)
    assert refusal.value.code == "team-archived"


def test_an_editor_describes_it_and_what_is_not_given_stays(digits: Project, bob: User) -> None:
    services.update_project(project=digits, by=bob, description="Scanned digits")
    project = services.update_project(
        project=digits, by=bob, objective_metric="val_accuracy", objective_mode="max"
    )
    assert (project.name, project.description) == ("Digits", "Scanned digits")
    assert (project.objective_metric, project.objective_mode) == ("val_accuracy", "max")


@pytest.mark.parametrize(
    ("metric", "mode"), [("loss", ""), ("", "min"), ("loss", "best"), ("a\x00", "min")]
)
def test_half_or_odd_objectives_are_refused(
    digits: Project, alice: User, metric: str, mode: str
) -> None:
    with pytest.raises(Invalid):
        services.update_project(
            project=digits, by=alice, objective_metric=metric, objective_mode=mode
        )


def test_only_owners_rename_archive_and_share(digits: Project, bob: User, dana: User) -> None:
    for user in (bob, dana):
        with pytest.raises(NotAllowed):
            services.rename_project(project=digits, slug="numbers", by=user)
        with pytest.raises(NotAllowed):
            services.archive_project(project=digits, by=user)
        with pytest.raises(NotAllowed):
            services.share_project(project=digits, by=user, role=Role.READER, user=bob)
    with pytest.raises(NotAllowed):
        services.update_project(project=digits, by=dana, name="x")


def test_a_renamed_project_is_found_by_its_old_address(
    digits: Project, alice: User, dana: User, charlie: User
) -> None:
    services.rename_project(project=digits, slug="numbers", by=alice)
    assert project_for_user(dana, "vision", "digits").path == "vision/numbers"
    with pytest.raises(Missing):
        project_for_user(charlie, "vision", "digits")


def test_old_addresses_of_team_and_project_work_together(
    digits: Project, alice: User, dana: User
) -> None:
    services.rename_project(project=digits, slug="numbers", by=alice)
    teams.update_team(team=digits.team, by=alice, slug="sight", name="Sight")
    for team in ("vision", "sight"):
        for slug in ("digits", "numbers"):
            assert project_for_user(dana, team, slug).path == "sight/numbers"


def test_a_new_project_may_take_a_former_address(digits: Project, alice: User) -> None:
    services.rename_project(project=digits, slug="numbers", by=alice)
    new = services.create_project(team=digits.team, slug="digits", by=alice)
    assert project_for_user(alice, "vision", "digits") == new
    assert not ProjectAlias.objects.exists()


def test_a_project_may_have_its_old_address_back(digits: Project, alice: User) -> None:
    services.rename_project(project=digits, slug="numbers", by=alice)
    services.rename_project(project=digits, slug="digits", by=alice)
    assert project_for_user(alice, "vision", "numbers").path == "vision/digits"


def test_archived_projects_and_those_of_archived_teams_leave_the_list(
    digits: Project, alice: User
) -> None:
    services.archive_project(project=digits, by=alice)
    assert not projects_for_user(alice)
    assert list(projects_for_user(alice, archived=True)) == [digits]
    services.restore_project(project=digits, by=alice)
    teams.archive_team(team=digits.team, by=alice)
    assert not projects_for_user(alice)
    assert list(projects_for_user(alice, archived=True)) == [digits]
    assert project_for_user(alice, "vision", "digits") == digits


def test_sharing_again_changes_the_role(digits: Project, alice: User, charlie: User) -> None:
    services.share_project(project=digits, by=alice, role=Role.READER, user=charlie)
    services.share_project(project=digits, by=alice, role=Role.EDITOR, user=charlie)
    assert [share.role for share in ProjectShare.objects.all()] == [Role.EDITOR]
    assert project_for_user(charlie, "vision", "digits").role == Role.EDITOR


def test_an_ended_share_shows_nothing_more(digits: Project, alice: User, charlie: User) -> None:
    share = services.share_project(project=digits, by=alice, role=Role.READER, user=charlie)
    services.unshare_project(share=share, by=alice)
    with pytest.raises(Missing):
        project_for_user(charlie, "vision", "digits")
    with pytest.raises(Missing):
        services.unshare_project(share=share, by=alice)


def test_odd_shares_are_refused(digits: Project, other: Team, alice: User, charlie: User) -> None:
    for wish in (
        {"role": Role.OWNER, "user": charlie},
        {"role": 0, "user": charlie},
        {"role": Role.READER},
        {"role": Role.READER, "user": charlie, "team": other},
        {"role": Role.READER, "team": digits.team},
    ):
        with pytest.raises(Invalid):
            services.share_project(project=digits, by=alice, **wish)
    assert not ProjectShare.objects.exists()


def test_viewers_come_with_every_reason(
    digits: Project, other: Team, alice: User, bob: User, charlie: User
) -> None:
    services.share_project(project=digits, by=alice, role=Role.READER, user=bob)
    services.share_project(project=digits, by=alice, role=Role.EDITOR, team=other)
    told = [(viewer.user.name, viewer.role, viewer.reasons) for viewer in viewers_of(digits)]
    assert told == [
        ("Alice", Role.OWNER, ("owner in vision",)),
        ("Bob", Role.EDITOR, ("editor in vision", "shared with this person")),
        ("Charlie", Role.EDITOR, ("shared with other",)),
        ("Dana", Role.READER, ("reader in vision",)),
    ]


def test_viewers_are_exactly_those_who_see_it(
    digits: Project, other: Team, alice: User, bob: User, charlie: User
) -> None:
    services.share_project(project=digits, by=alice, role=Role.EDITOR, team=other)
    bob.is_active = False
    bob.save()
    told = {viewer.user.pk: viewer.role for viewer in viewers_of(digits)}
    seen = {user.pk: projects_for_user(user).first() for user in User.objects.all()}
    assert told == {key: project.role for key, project in seen.items() if project}


def test_every_act_is_recorded(digits: Project, alice: User, charlie: User) -> None:
    services.update_project(project=digits, by=alice, name="New")
    services.update_project(project=digits, by=alice, name="New")
    services.rename_project(project=digits, slug="numbers", by=alice)
    services.archive_project(project=digits, by=alice)
    services.restore_project(project=digits, by=alice)
    share = services.share_project(project=digits, by=alice, role=Role.READER, user=charlie)
    services.share_project(project=digits, by=alice, role=Role.EDITOR, user=charlie)
    services.unshare_project(share=share, by=alice)
    events = AuditEvent.objects.filter(target_type="projects.project").order_by("id")
    assert [event.action for event in events] == [
        "project.created",
        "project.changed",
        "project.renamed",
        "project.archived",
        "project.restored",
        "share.added",
        "share.changed",
        "share.ended",
    ]
    assert {event.team for event in events} == {digits.team}
    assert events[5].data["shared_with"] == "charlie@example.org"


@pytest.mark.django_db(transaction=True)
def test_one_of_many_makes_the_project(alice: User) -> None:
    team = teams.create_team(slug="race", by=alice)
    make = [lambda: services.create_project(team=team, slug="same", by=alice)] * 8
    outcomes = at_once(make)
    assert sum(isinstance(outcome, Project) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert Project.objects.count() == 1
    assert AuditEvent.objects.filter(action="project.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_shares_at_once_are_one(alice: User, bob: User) -> None:
    team = teams.create_team(slug="race", by=alice)
    project = services.create_project(team=team, slug="same", by=alice)
    share = lambda: services.share_project(  # noqa: E731
        project=project, by=alice, role=Role.READER, user=bob
    )
    assert all(isinstance(outcome, ProjectShare) for outcome in at_once([share] * 8))
    assert ProjectShare.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_projects_renamed_alike_at_once_one_is(alice: User) -> None:
    team = teams.create_team(slug="race", by=alice)
    made = [services.create_project(team=team, slug=slug, by=alice) for slug in ("a1", "a2")]
    outcomes = at_once(
        [
            lambda project=project: services.rename_project(project=project, slug="b", by=alice)
            for project in made
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Project"]
    assert ProjectAlias.objects.count() == 1
