"""A project in the trash: as if missing for who reads, told to who sends, brought back whole."""

import pytest
from django.test import Client

from ahnb_platform.accounts.models import AuditEvent, Role
from ahnb_platform.errors import Conflict, Missing, NotAllowed
from projects.links.models import Kind
from projects.links.services import Shown, make_link
from projects.models import Project, ProjectOffer
from projects.queries import project_for_user
from projects.services import create_project, share_project
from projects.transfers import offer_project
from projects.trash import trash_project, untrash_project
from tests import cast

pytestmark = pytest.mark.django_db
PAGE = "/projects/vision/digits/"
API = f"/api/v1{PAGE}"
TRASH = "/teams/vision/trash/"
BELOW = ("", "compare/?runs=1,2", "complete/?q=n", "curves/", "runs.csv", "settings/", "links/")
POINTS = {"axes": [{"start": 0, "count": 1}], "metrics": {"loss": {"axis": 0, "v": [1.0]}}}


@pytest.fixture
def run(digits, bob):
    run = cast.make_run(digits, bob)
    cast.log_points(run, {"loss": [0.5, 0.25]})
    return run


def batch():
    return {"writer": str(cast.uuid7()), "seq": 1, **POINTS}


def told(answer):
    return answer.status_code, answer.json()["code"]


def test_nobody_finds_it_or_its_runs_anywhere(digits, run, alice, bob, client_of, api_of):
    seen = project_for_user(alice, "vision", "digits")
    _, public = make_link(project=seen, shown=Shown(Kind.RUN, run_id=run.id), by=alice, days=1)
    trash_project(project=digits, by=alice)
    for person in (alice, bob):
        client, api = client_of(person), api_of(person)
        pages = [f"{PAGE}{below}" for below in BELOW] + [f"/runs/{run.id}/"]
        assert {client.get(page).status_code for page in pages} == {404}
        assert "digits" not in client.get("/").content.decode()
        assert "digits" not in client.get("/?archived=1").content.decode()
        calls = [API, f"{API}runs/", f"{API}findings/", f"/api/v1/runs/{run.id}/"]
        assert {api.get(call).status_code for call in calls} == {404}
        assert api.get("/api/v1/projects/").json()["total"] == 0
        assert api.get(f"/api/v1/runs/?id={str(run.id)[:20]}").json()["results"] == []
    assert Client().get(public).status_code == 404
    assert (
        'data-label="Projects" class="num">0</td>'
        in client_of(alice).get("/teams/").content.decode()
    )


def test_who_sends_to_it_is_told_and_everybody_else_finds_nothing(
    digits, run, vision, alice, bob, dana, charlie, api_of
):
    faces = cast.make_project(vision, "faces", alice)
    api, bound = api_of(bob), api_of(bob, project=digits)
    assert api.post(f"/api/v1/runs/{run.id}/batches/", batch()).status_code == 200
    trash_project(project=digits, by=alice)
    new = f"/api/v1/runs/{cast.uuid7()}/"
    for who in (api, bound):
        answers = [
            who.post(f"/api/v1/runs/{run.id}/batches/", batch()),
            who.put(f"/api/v1/runs/{run.id}/", {"project": "vision/digits"}),
            who.put(new, {"project": "vision/digits"}),
            who.put(f"/api/v1/runs/{run.id}/artifacts/?name=a.txt", b"abc"),
            who.patch(f"/api/v1/runs/{run.id}/", {"name": "renamed"}),
            who.patch(API, {"name": "Renamed"}),
        ]
        assert [told(answer) for answer in answers] == [(410, "project-trashed")] * 6
    path = f"/api/v1/runs/{run.id}/batches/"
    for stranger in (api_of(dana), api_of(charlie), api_of(bob, project=faces)):
        assert stranger.post(path, batch()).status_code == 404
        assert stranger.patch(API, {"name": "x"}).status_code == 404
    assert api_of(charlie).put(new, {"project": "vision/digits"}).status_code == 404
    assert Project.objects.count() == 2


def test_it_comes_back_as_it_was(digits, run, alice, bob, client_of, api_of):
    share_project(project=digits, by=alice, role=Role.EDITOR, user=cast.make_person("e@x.org"))
    client, before = client_of(alice), api_of(bob).get(f"{API}runs/").json()
    told = client.post(f"{PAGE}trash/", {"name": "Digits"}, follow=True).content.decode()
    assert "Digits lies in the trash" in told
    assert "put there by Alice" in told
    back = client.post(f"{TRASH}{digits.pk}/", {"act": "restore"})
    assert back["Location"] == PAGE
    assert api_of(bob).get(f"{API}runs/").json() == before
    assert api_of(bob).post(f"/api/v1/runs/{run.id}/batches/", batch()).status_code == 200
    assert digits.shares.count() == 1
    acts = AuditEvent.objects.filter(target_type="projects.project", target_id=digits.pk)
    assert list(acts.order_by("-pk").values_list("action", flat=True)[:2]) == [
        "project.untrashed",
        "project.trashed",
    ]


def test_its_name_has_to_be_typed(digits, run, alice, client_of):
    client = client_of(alice)
    for name in ("", "digits", "Letters"):
        page = client.post(f"{PAGE}trash/", {"name": name}).content.decode()
        assert "Put the project into the trash" in page
        assert Project.objects.get().trashed_at is None
    trash_project(project=digits, by=alice)
    page = client.post(f"{TRASH}{digits.pk}/", {"act": "purge", "name": "digits"})
    assert "This is not the name: “Digits”." in page.content.decode()
    assert client.post(f"{TRASH}{digits.pk}/", {"act": "eat"}).status_code == 422
    assert Project.objects.get().trashed_at is not None


def test_programs_of_owners_put_it_there_and_back(digits, alice, bob, dana, api_of):
    owner = api_of(alice)
    assert [api_of(who).delete(API).status_code for who in (bob, dana)] == [403, 403]
    assert [owner.delete(API).status_code for _ in range(2)] == [204, 204]
    assert owner.get(API).status_code == 404
    assert [api_of(who).post(f"{API}restore/").status_code for who in (bob, dana)] == [404, 404]
    assert [owner.post(f"{API}restore/").status_code for _ in range(2)] == [200, 200]
    assert api_of(bob).get(API).status_code == 200


def test_a_token_of_another_project_finds_it_neither_before_nor_after(
    digits, vision, alice, bob, api_of
):
    other = create_project(team=vision, slug="letters", by=alice)
    for who in (alice, bob):
        bound = api_of(who, project=other)
        assert [bound.delete(API).status_code, bound.post(f"{API}restore/").status_code] == [
            404
        ] * 2
    trash_project(project=digits, by=alice)
    assert api_of(alice, project=other).post(f"{API}restore/").status_code == 404


def test_its_address_stays_taken_and_the_refusal_says_by_what(digits, vision, alice, bob):
    trash_project(project=digits, by=alice)
    with pytest.raises(Conflict, match="in the trash"):
        create_project(team=vision, slug="digits", by=bob)
    assert Project.objects.count() == 1


def test_an_offer_of_it_ends_and_none_is_made(digits, other, alice):
    offer_project(project=digits, slug="other", by=alice)
    trash_project(project=digits, by=alice)
    assert not ProjectOffer.objects.exists()
    with pytest.raises(Missing):
        offer_project(project=digits, slug="other", by=alice)


def test_only_its_owners_put_it_there_and_bring_it_back(digits, alice, bob, charlie, client_of):
    with pytest.raises(NotAllowed):
        trash_project(project=digits, by=bob)
    with pytest.raises(Missing):
        trash_project(project=digits, by=charlie)
    trash_project(project=digits, by=alice)
    with pytest.raises(NotAllowed):
        untrash_project(project=digits, by=bob)
    assert client_of(bob).get(TRASH).status_code == 403
    assert "Digits" in client_of(alice).get(TRASH).content.decode()


def test_room_of_the_team_counts_it_without_its_name(digits, run, vision, alice, client_of):
    cast.make_project(vision, "faces", alice)
    trash_project(project=digits, by=alice)
    page = client_of(alice).get("/teams/vision/storage/").content.decode()
    assert "projects in the trash" in page
    assert "digits" not in page
