"""The pages that say how much room is taken, and where owners and superusers set quotas."""

import pytest

from runs.life.measuring import AT_ONCE, measure_all
from runs.life.quotas import quota_of, set_team_quota
from runs.models import Quota, Run
from runs.seeding import seed_runs
from tests import cast

pytestmark = pytest.mark.django_db
PAGE = "/projects/vision/digits/storage/"
TEAM = "/teams/vision/storage/"


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def runs(digits, alice, bob):
    few = cast.make_run(digits, alice, name="few-points")
    cast.log_points(few, {"loss": [0.5]})
    cast.attach_file(few, alice, "a.bin", b"x" * 90_000)
    many = cast.make_run(digits, bob, name="many-points")
    cast.log_points(many, {"loss": [0.5] * 800})
    return few, many


def test_runs_are_sorted_by_what_is_asked_and_can_be_trashed(runs, alice, client_of):
    client = client_of(alice)
    page = text_of(client, PAGE)
    assert "2 runs with 801 points" in page
    assert page.index("few-points") < page.index("many-points")
    page = text_of(client, f"{PAGE}?order=points&page=9")
    assert page.index("many-points") < page.index("few-points")
    form = {"act": "trash", "run": str(runs[0].id), "next": PAGE}
    page = client.post("/projects/vision/digits/bulk/", form, follow=True).content.decode()
    assert "1 run put into the trash." in page
    assert Run.objects.get(id=runs[0].id).trashed_by_id == alice.pk


def test_people_are_told_by_name(runs, dana, client_of):
    page = text_of(client_of(dana), f"{PAGE}?by=people")
    assert page.index("Alice") < page.index("Bob")
    assert "Set the quota" not in page


def test_an_owner_sets_the_quota_and_sees_what_is_used(runs, alice, client_of):
    client = client_of(alice)
    form = {"points": "1000", "gigabytes": "0.18"}
    page = client.post("/projects/vision/digits/quota/", form, follow=True).content.decode()
    assert "801 of 1,000 points, 80 %" in page
    assert "of files, 0 %" in page
    assert client.post("/projects/vision/digits/quota/", {"runs": "-1"}).status_code == 422
    client.post("/projects/vision/digits/quota/", {})
    assert "No limit is set." in text_of(client, PAGE)


def test_a_team_sees_its_projects_and_a_superuser_sets_its_quota(
    runs, vision, digits, alice, client_of
):
    measure_all(digits.pk)
    page = text_of(client_of(alice), TEAM)
    assert "digits</a>" in page
    assert "Set the quota" not in page
    alice.is_superuser = alice.is_staff = True
    alice.save()
    page = client_of(alice).post("/teams/vision/quota/", {"runs": "4"}, follow=True)
    assert "2 of 4 runs, 50 %" in page.content.decode()
    assert quota_of(Quota.TEAM, vision.pk).runs == 4
    assert "The team has a quota, too" in text_of(client_of(alice), PAGE)
    set_team_quota(team=vision, by=None)
    assert quota_of(Quota.TEAM, vision.pk) is None


def test_parts_of_the_quota_stand_beside_projects_and_people(runs, vision, digits, dana, client_of):
    measure_all(digits.pk)
    assert "Of the quota" not in text_of(client_of(dana), TEAM)
    set_team_quota(team=vision, by=None, runs=4, points=1602)
    page = text_of(client_of(dana), TEAM)
    assert page.count("50 % of runs, 50 % of points") == 1
    assert page.count("25 % of runs, 49 % of points") == 1


def test_whoever_runs_the_server_sets_the_quota_of_any_team(runs, digits, charlie, client_of):
    measure_all(digits.pk)
    assert client_of(charlie).get(TEAM).status_code == 404
    charlie.is_superuser = charlie.is_staff = True
    charlie.save()
    client = client_of(charlie)
    page = client.post("/teams/vision/quota/", {"runs": "4"}, follow=True).content.decode()
    assert "2 of 4 runs" in page
    assert f'href="{PAGE}"' not in page
    assert f'href="{TEAM}"' in text_of(client, "/admin/accounts/team/")
    assert client.get("/teams/nothing/storage/").status_code == 404


def test_many_changed_runs_are_counted_bit_by_bit_and_the_page_says_so(digits, alice, client_of):
    seed_runs(project=digits, count=AT_ONCE + 1)
    client = client_of(alice)
    assert "1 that changed are not in it yet" in text_of(client, PAGE)
    assert "not in it yet" not in text_of(client, PAGE)
