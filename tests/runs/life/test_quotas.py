"""Limits on runs, points and bytes: exact, divided among projects, and told so that one can act."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ahnb_platform.accounts.models import AuditEvent
from ahnb_platform.errors import Invalid, Missing, NotAllowed
from projects.transfers import offer_project
from runs import metrics, services
from runs.life.points import count_anew
from runs.life.purging import purge_runs
from runs.life.quotas import recount_due, set_project_quota, set_team_quota, use_of_projects
from runs.life.refusing import QuotaExceeded
from runs.models import PointsRoom, Run
from tests import cast
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


def points(run, count, seq=1, writer=None):
    """A batch of so many points, and an event where the number is odd."""
    axis = {"start": seq * 1000, "count": count}
    events = [{"kind": "note", "data": {"text": "Hello."}}] if seq % 2 else []
    metric = {"loss": {"axis": 0, "v": [0.5] * count}}
    batch = {"writer": writer or str(uuid.uuid4()), "seq": seq, "axes": [axis]}
    return services.store_batch(run=run, batch=batch | {"metrics": metric, "events": events})


def stored(*projects):
    return use_of_projects([project.pk for project in projects])["points"]


def test_a_project_without_a_limit_has_no_row_to_count_in(digits, alice):
    points(cast.make_run(digits, alice), 10)
    assert not PointsRoom.objects.exists()
    set_project_quota(project=digits, by=alice, points=100)
    assert PointsRoom.objects.count() == 8
    set_project_quota(project=digits, by=alice)
    assert not PointsRoom.objects.exists()


def test_the_limit_is_reached_to_the_point_however_it_is_divided(digits, alice):
    points(cast.make_run(digits, alice), 7)
    set_project_quota(project=digits, by=alice, points=100)
    for _ in range(9):
        points(cast.make_run(digits, alice), 10)
    run = cast.make_run(digits, alice)
    with pytest.raises(QuotaExceeded) as refused:
        points(run, 4)
    assert "may have 100 points and has 97" in refused.value.detail
    assert refused.value.members["quota"] == {
        "of": "project", "what": "points", "limit": 100, "used": 97,
    }  # fmt: skip
    points(run, 3)
    assert stored(digits) == 100


def test_a_refused_batch_leaves_nothing_and_its_number_is_unused(digits, alice):
    set_project_quota(project=digits, by=alice, points=5)
    run, writer = cast.make_run(digits, alice), str(uuid.uuid4())
    with pytest.raises(QuotaExceeded):
        points(run, 6, writer=writer)
    assert stored(digits) == 0
    set_project_quota(project=digits, by=alice, points=6)
    assert points(run, 6, writer=writer) == {"acked": 1, "duplicate": False, "rejected": []}
    assert points(run, 6, writer=writer)["duplicate"]
    assert stored(digits) == 6


def test_a_full_project_takes_signs_of_life_and_the_end_and_others_go_on(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    set_project_quota(project=digits, by=alice, points=0)
    run, other = cast.make_run(digits, alice), cast.make_run(letters, alice)
    ended = [{"kind": "status", "data": {"status": "finished"}}]
    batch = {"writer": str(uuid.uuid4()), "seq": 1, "events": ended}
    assert services.store_batch(run=run, batch=batch)["acked"] == 1
    with pytest.raises(QuotaExceeded):
        points(run, 1)
    assert points(other, 100)["acked"] == 1


def test_the_projects_of_a_team_share_its_limit(digits, vision, alice, secret, charlie):
    root = cast.make_person("root@example.org")
    root.is_superuser = True
    letters = cast.make_project(vision, "letters", alice)
    first, second = cast.make_run(digits, alice), cast.make_run(letters, alice)
    points(first, 40)
    set_team_quota(team=vision, by=root, points=100)
    later = cast.make_project(vision, "later", alice)
    third = cast.make_run(later, alice)
    points(second, 30)
    points(third, 20)
    with pytest.raises(QuotaExceeded, match="The team vision may have 100 points and has 90"):
        points(first, 11)
    points(first, 10)
    assert stored(digits, letters, later) == 100
    assert points(cast.make_run(secret, charlie), 500)["acked"] == 1


def test_a_project_that_moves_shares_the_limit_of_its_new_team(digits, vision, alice):
    hearing = cast.make_team("hearing", alice)
    set_team_quota(team=hearing, by=None, points=30)
    run = cast.make_run(digits, alice)
    points(run, 20)
    assert offer_project(project=digits, slug="hearing", by=alice) is None
    with pytest.raises(QuotaExceeded, match="The team hearing may have 30 points and has 20"):
        points(run, 11)
    assert offer_project(project=digits, slug="vision", by=alice) is None
    points(run, 11)
    assert not PointsRoom.objects.exists()


def test_what_is_deleted_for_good_makes_room_again(digits, alice):
    set_project_quota(project=digits, by=alice, points=10)
    run, next_run = cast.make_run(digits, alice), cast.make_run(digits, alice)
    points(run, 10)
    services.trash_run(run=run, by=alice)
    with pytest.raises(QuotaExceeded):
        points(next_run, 2)
    assert purge_runs(project=digits, ids=[run.id], by=alice).count == 1
    count_anew(digits.team_id, [digits])
    assert points(next_run, 10)["acked"] == 1


def test_a_recount_puts_right_what_went_astray(digits, alice):
    set_project_quota(project=digits, by=alice, points=50)
    points(cast.make_run(digits, alice), 20)
    PointsRoom.objects.filter(project_id=digits.pk).update(points=0, ceiling=50)
    recount_due()
    rows = PointsRoom.objects.filter(project_id=digits.pk)
    assert sum(row.points for row in rows) == 20
    assert sum(row.ceiling for row in rows) <= 50


def test_runs_are_limited_for_project_and_team(digits, vision, alice, api_of):
    root = cast.make_person("root@example.org")
    root.is_superuser = True
    set_project_quota(project=digits, by=alice, runs=2)
    for _ in range(2):
        cast.make_run(digits, alice)
    answer = api_of(alice).put(f"/api/v1/runs/{cast.uuid7()}/", {"project": "vision/digits"})
    assert (answer.status_code, answer.json()["code"]) == (403, "quota-exceeded")
    assert answer.json()["quota"] == {"of": "project", "what": "runs", "limit": 2, "used": 2}
    set_team_quota(team=vision, by=root, runs=3)
    letters = cast.make_project(vision, "letters", alice)
    cast.make_run(letters, alice)
    with pytest.raises(QuotaExceeded, match="The team vision may have 3 runs"):
        cast.make_run(letters, alice)


def test_bytes_of_files_are_limited_and_told_beforehand(digits, vision, alice, api_of):
    run = cast.make_run(digits, alice)
    cast.attach_file(run, alice, "a.bin", b"x" * 60)
    set_project_quota(project=digits, by=alice, bytes=100)
    with pytest.raises(QuotaExceeded, match="of files"):
        cast.attach_file(run, alice, "b.bin", b"y" * 41)
    api, path = api_of(alice), f"/api/v1/runs/{run.id}/artifacts/"
    limits = api.get(path).json()["limits"]
    assert (limits["project_bytes"], limits["used_bytes"]) == (100, 60)
    answer = api.put(f"{path}?name=c.bin", b"z" * 41)
    assert (answer.status_code, answer.json()["code"]) == (403, "quota-exceeded")
    cast.attach_file(run, alice, "again.bin", b"x" * 60)
    cast.attach_file(run, alice, "b.bin", b"y" * 40)


def test_who_may_set_what(digits, vision, alice, bob, charlie):
    root = cast.make_person("root@example.org")
    root.is_superuser = True
    with pytest.raises(NotAllowed):
        set_team_quota(team=vision, by=alice, runs=3)
    with pytest.raises(NotAllowed):
        set_project_quota(project=digits, by=bob, runs=3)
    with pytest.raises(Missing):
        set_project_quota(project=digits, by=charlie, runs=3)
    set_team_quota(team=vision, by=root, runs=3)
    with pytest.raises(Invalid, match="The team may have 3 runs"):
        set_project_quota(project=digits, by=alice, runs=4)
    with pytest.raises(Invalid):
        set_project_quota(project=digits, by=alice, points=-1)
    assert AuditEvent.objects.get(action="quota.changed").data == {"limits": {"runs": 3}}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", ["project", "team"])
def test_twenty_writers_at_once_stop_at_the_limit_to_one_batch(digits, vision, alice, whose):
    """F33: 20 writers of runs of their own, in batches of 7: less than a batch is left free."""
    letters = cast.make_project(vision, "letters", alice)
    runs = [cast.make_run([digits, letters][n % 2], alice) for n in range(20)]
    if whose == "team":
        set_team_quota(team=vision, by=None, points=1000)
    else:
        for project in (digits, letters):
            set_project_quota(project=project, by=None, points=500)

    def write(run):
        writer = str(uuid.uuid4())
        for seq in range(1, 1000):
            points(run, 7, seq, writer)

    told = at_once([lambda run=run: write(run) for run in runs])
    assert {one.code for one in told} == {"quota-exceeded"}
    groups = [(digits, letters)] if whose == "team" else [(digits,), (letters,)]
    for group in groups:
        limit = 1000 if whose == "team" else 500
        assert limit - 7 < stored(*group) <= limit
    rows = PointsRoom.objects.all()
    assert sum(row.points for row in rows) == stored(digits, letters)


@pytest.mark.django_db(transaction=True)
def test_runs_made_at_once_stop_at_the_limit(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    set_team_quota(team=vision, by=None, runs=5)
    acts = [lambda n=n: cast.make_run([digits, letters][n % 2], alice) for n in range(12)]
    told = at_once(acts)
    assert sum(isinstance(one, QuotaExceeded) for one in told) == 7
    assert Run.objects.count() == 5


def test_a_project_without_a_limit_is_asked_about_once_in_half_a_second(digits, alice):
    run, writer = cast.make_run(digits, alice), str(uuid.uuid4())
    points(run, 3, 2, writer)
    metrics.room.forget()
    with CaptureQueriesContext(connection) as first:
        points(run, 3, 4, writer)
    with CaptureQueriesContext(connection) as second:
        points(run, 3, 6, writer)
    assert len(first) == len(second) + 1
    assert not any("runs_pointsroom" in one["sql"] for one in second.captured_queries)
