"""Giving a project to another team: who may, and what follows it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import AuditEvent, Role, Team, User
from ahnb_platform.errors import Conflict, Missing, NotAllowed
from projects.links.models import Kind
from projects.links.services import Shown, make_link
from projects.models import Project, ProjectAlias, ProjectOffer, ProjectShare, SavedView
from projects.queries import project_for_user
from projects.saved_views import save_view
from projects.services import rename_project, share_project
from projects.transfers import accept_offer, decline_offer, offer_project, offers_to
from tests import cast
from tests.at_once import at_once

SETTINGS = "/projects/vision/digits/settings/"


def offered(digits: Project, by: User, slug: str = "other") -> ProjectOffer:
    offer = offer_project(project=digits, slug=slug, by=by)
    assert offer is not None
    return offer


def place_of(project: Project) -> str:
    return Project.objects.select_related("team").get(pk=project.pk).path


def test_who_owns_both_moves_it_at_once(digits: Project, alice: User) -> None:
    cast.make_team("hearing", alice)
    answer = cast.client_of(alice).post(
        "/projects/vision/digits/transfer/", {"team": "hearing"}, follow=True
    )
    assert answer.status_code == 200
    assert place_of(digits) == "hearing/digits"


def test_another_team_is_asked_and_accepts(
    digits: Project, other: Team, alice: User, charlie: User
) -> None:
    client, receiver = cast.client_of(alice), cast.client_of(charlie)
    client.post("/projects/vision/digits/transfer/", {"team": "other"})
    assert place_of(digits) == "vision/digits"
    assert "offered to “other”" in client.get(SETTINGS).content.decode()
    page = receiver.get("/teams/other/offers/").content.decode()
    assert "Digits" in page
    assert receiver.get("/projects/vision/digits/").status_code == 404
    offer = ProjectOffer.objects.get()
    receiver.post(f"/teams/other/offers/{offer.pk}/", {"act": "accept"})
    assert place_of(digits) == "other/digits"
    assert receiver.get("/projects/other/digits/").status_code == 200
    assert client.get("/projects/other/digits/").status_code == 404
    assert not ProjectOffer.objects.exists()


def test_all_that_hangs_on_it_follows(
    digits: Project, other: Team, alice: User, bob: User, charlie: User
) -> None:
    run = cast.make_run(digits, bob)
    cast.log_points(run, {"loss": [0.5, 0.25]})
    seen = project_for_user(alice, "vision", "digits")
    view = save_view(project=seen, by=alice, name="best", address="q=number", is_shared=True)
    _, public = make_link(project=seen, shown=Shown(Kind.RUN, run_id=run.id), by=alice, days=1)
    share_project(project=digits, by=alice, role=Role.EDITOR, user=bob)
    share_project(project=digits, by=alice, role=Role.READER, team=other)
    bound = cast.api_of(bob, project=digits)
    rename_project(project=digits, slug="numbers", by=alice)
    accept_offer(team=other, offer_id=offered(digits, alice).pk, by=charlie)
    # Shares with people stay, that with the new owner is one no more; tokens and old addresses
    # lead on, for who sees it.
    assert [share.user for share in ProjectShare.objects.all()] == [bob]
    for path in ("vision/digits", "vision/numbers", "other/numbers"):
        assert bound.get(f"/api/v1/projects/{path}/").json()["project"] == "other/numbers"
        body = {"project": path}
        assert bound.put(f"/api/v1/runs/{cast.uuid7()}/", body).status_code == 201
    points = {"axes": [{"start": 0, "count": 1}], "metrics": {"x": {"axis": 0, "v": [1.0]}}}
    batch = {"writer": str(uuid.uuid4()), "seq": 1, **points}
    assert bound.post(f"/api/v1/runs/{run.id}/batches/", batch).status_code == 200
    client = cast.client_of(charlie)
    assert client.get(f"/runs/{run.id}/").status_code == 200
    assert client.get("/projects/vision/numbers/")["Location"].startswith(
        "/projects/other/numbers/"
    )
    assert client.get(f"/projects/other/numbers/views/{view.pk}/").status_code == 302
    assert SavedView.objects.get().project_id == digits.pk
    assert Client().get(public).status_code == 200
    assert cast.api_of(alice).get(f"/api/v1/runs/{run.id}/").status_code == 404


def test_both_teams_are_told_by_their_audit(
    digits: Project, vision: Team, other: Team, alice: User, charlie: User
) -> None:
    accept_offer(team=other, offer_id=offered(digits, alice).pk, by=charlie)
    events = AuditEvent.objects.filter(action="project.transferred")
    assert {event.team_id for event in events} == {vision.pk, other.pk}
    told = {"before": "vision/digits", "after": "other/digits"}
    assert [event.data for event in events] == [told, told]


@pytest.mark.parametrize("name", ["bob", "dana", "charlie"])
def test_only_its_owners_give_it(digits: Project, other: Team, name: str, request) -> None:
    by = request.getfixturevalue(name)
    with pytest.raises((NotAllowed, Missing)):
        offer_project(project=digits, slug="other", by=by)
    share_project(
        project=digits, by=None, role=Role.EDITOR, user=request.getfixturevalue("charlie")
    )
    with pytest.raises((NotAllowed, Missing)):
        offer_project(project=digits, slug="other", by=by)
    assert not ProjectOffer.objects.exists()


def test_only_its_owners_take_it(
    digits: Project, other: Team, vision: Team, alice: User, bob: User, charlie: User
) -> None:
    teams.add_member(team=other, user=bob, role=Role.EDITOR, by=charlie)
    offer = offered(digits, alice)
    for team, by in ((other, bob), (other, alice), (vision, alice)):
        with pytest.raises((NotAllowed, Missing)):
            accept_offer(team=team, offer_id=offer.pk, by=by)
    assert place_of(digits) == "vision/digits"


def withdraw(digits: Project, alice: User) -> None:
    cast.client_of(alice).post("/projects/vision/digits/transfer/withdraw/")


def expire(digits: Project, alice: User) -> None:
    assert ProjectOffer.objects.get().expires_at < timezone.now() + timedelta(days=7, seconds=1)
    ProjectOffer.objects.update(expires_at=timezone.now())


def offer_elsewhere(digits: Project, alice: User) -> None:
    offered(digits, alice, "somewhere-else")


def demote_the_giver(digits: Project, alice: User) -> None:
    teams.add_member(team=digits.team, user=cast.make_person("e@x.org"), role=Role.OWNER, by=None)
    teams.change_role(team=digits.team, user=alice, role=Role.EDITOR, by=None)


@pytest.mark.parametrize("happened", [withdraw, expire, offer_elsewhere, demote_the_giver])
def test_an_offer_that_is_over_gives_nothing(
    digits: Project, other: Team, alice: User, charlie: User, happened
) -> None:
    offer = offered(digits, alice)
    happened(digits, alice)
    assert offers_to(other) == []
    with pytest.raises(Missing):
        accept_offer(team=other, offer_id=offer.pk, by=charlie)
    with pytest.raises(Missing):
        decline_offer(team=other, offer_id=offer.pk, by=charlie)


def test_a_declined_offer_is_gone(digits: Project, other: Team, alice: User, charlie: User) -> None:
    offer = offered(digits, alice)
    cast.client_of(charlie).post(f"/teams/other/offers/{offer.pk}/", {"act": "decline"})
    assert not ProjectOffer.objects.exists()
    assert place_of(digits) == "vision/digits"


def test_offering_finds_out_no_teams(digits: Project, other: Team, alice: User) -> None:
    pages = []
    for slug in ("other", "nowhere"):
        answer = cast.client_of(alice).post(
            "/projects/vision/digits/transfer/", {"team": slug}, follow=True
        )
        text = answer.content.decode().replace(f"“{slug}”", "X")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|<time.*?</time>', "", text))
    assert pages[0] == pages[1]
    # Who makes a team of that name later gets nothing by it.
    team = cast.make_team("nowhere", cast.make_person("x@y.org"))
    assert offers_to(team) == []


def test_a_taken_address_is_told(digits: Project, other: Team, alice: User, charlie: User) -> None:
    cast.make_project(other, "digits", charlie)
    offer = offered(digits, alice)
    answer = cast.client_of(charlie).post(
        f"/teams/other/offers/{offer.pk}/", {"act": "accept"}, follow=True
    )
    assert "has a project at “digits” already" in answer.content.decode()
    assert place_of(digits) == "vision/digits"


def test_an_archived_team_takes_nothing(digits: Project, other: Team, alice, charlie) -> None:
    offer = offered(digits, alice)
    other = teams.archive_team(team=other, by=charlie)
    with pytest.raises(Conflict):
        accept_offer(team=other, offer_id=offer.pk, by=charlie)


def test_there_and_back_again_keeps_one_address(digits: Project, alice: User) -> None:
    cast.make_team("hearing", alice)
    for slug in ("hearing", "vision", "hearing"):
        digits.refresh_from_db()
        assert offer_project(project=digits, slug=slug, by=alice) is None
    assert place_of(digits) == "hearing/digits"
    assert [alias.team.slug for alias in ProjectAlias.objects.all()] == ["vision"]


@pytest.mark.parametrize("slug", ["", "Other", "a b", "x" * 64, "vision"])
def test_a_bad_address_is_told_on_the_form(digits: Project, alice: User, slug: str) -> None:
    answer = cast.client_of(alice).post("/projects/vision/digits/transfer/", {"team": slug})
    assert answer.status_code == 200
    assert not ProjectOffer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_takes_it(
    digits: Project, other: Team, alice: User, charlie: User
) -> None:
    offer = offered(digits, alice)
    take = lambda: accept_offer(team=other, offer_id=offer.pk, by=charlie)  # noqa: E731
    outcomes = at_once([take] * 8)
    assert sum(isinstance(one, Project) for one in outcomes) == 1
    assert sum(isinstance(one, Missing) for one in outcomes) == 7
    assert AuditEvent.objects.filter(action="project.transferred").count() == 2


def test_a_training_that_names_a_project_given_away_begins_no_other(
    digits: Project, other: Team, alice: User, bob: User, dana: User, charlie: User
) -> None:
    accept_offer(team=other, offer_id=offered(digits, alice).pk, by=charlie)
    body = {"project": "vision/digits"}
    for who, expected in ((bob, (409, "project-moved")), (dana, (403, "not-allowed"))):
        answer = cast.api_of(who).put(f"/api/v1/runs/{cast.uuid7()}/", body)
        assert (answer.status_code, answer.json()["code"]) == expected
        assert not re.search(r"\bother\b", answer.content.decode())
    assert Project.objects.count() == 1
    assert cast.client_of(bob).get("/projects/vision/digits/").status_code == 404
    # Who sees it is led to it, even without a role in the team that it was in.
    assert cast.api_of(charlie).put(f"/api/v1/runs/{cast.uuid7()}/", body).status_code == 201


def test_its_former_address_ends_when_somebody_means_to_make_a_project_there(
    digits: Project, other: Team, alice: User, bob: User, charlie: User
) -> None:
    accept_offer(team=other, offer_id=offered(digits, alice).pk, by=charlie)
    body = {"project": "vision/digits"}
    assert cast.api_of(bob).post("/api/v1/projects/", body).status_code == 201
    run = cast.api_of(bob).put(f"/api/v1/runs/{cast.uuid7()}/", body).json()
    assert run["project"] == "vision/digits"
    assert not ProjectAlias.objects.exists()
    assert cast.client_of(charlie).get("/projects/vision/digits/").status_code == 404
