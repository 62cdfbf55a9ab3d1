"""An expired token brings home the runs that it started, and does nothing else."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_client.transport import expiry
from ahnb_platform.accounts import teams, tokens
from ahnb_platform.accounts.models import ApiToken
from ahnb_platform.accounts.tokens import GRACE
from runs.models import Run
from tests import cast

from .batches import batch, event, points, send, stored
from .test_express import Road

pytestmark = pytest.mark.usefixtures("digits")
END = event("status", {"status": "finished"})


def expire(ago: timedelta = timedelta(seconds=1)) -> None:
    """All tokens have ended so long ago, and their runs had begun before."""
    Run.objects.update(created_at=timezone.now() - timedelta(days=30))
    ApiToken.objects.update(expires_at=timezone.now() - ago)
    tokens._trusted.clear()


def started(api: cast.Api) -> Run:
    run_id = cast.uuid7()
    assert api.put(f"/api/v1/runs/{run_id}/", {"project": "vision/digits"}).status_code == 201
    return Run.objects.get(id=run_id)


@pytest.fixture
def api(bob) -> cast.Api:
    return cast.api_of(bob)


@pytest.fixture
def own(api: cast.Api) -> Run:
    """A run that the token started."""
    return started(api)


def test_batches_and_the_end_of_its_run_are_taken(api: cast.Api, own: Run) -> None:
    expire()
    writer = uuid.uuid4()
    answer = send(api, own, batch(1, writer, **points("loss", 1.0, 0.5)))
    assert (answer.status_code, answer.json()["acked"]) == (200, 1)
    assert send(api, own, batch(2, writer, events=[END])).status_code == 200
    own.refresh_from_db()
    assert own.status == "finished"
    assert len(stored(own)) == 2


@pytest.mark.parametrize(
    ("ago", "status"), [(GRACE - timedelta(minutes=1), 200), (GRACE + timedelta(minutes=1), 401)]
)
def test_for_seven_days(api: cast.Api, own: Run, ago: timedelta, status: int) -> None:
    assert timedelta(days=7) == GRACE
    expire(ago)
    assert send(api, own, batch(**points("loss", 1.0))).status_code == status


def test_nothing_else_is(api: cast.Api, own: Run) -> None:
    expire()
    run = f"/api/v1/runs/{own.id}/"
    fresh = f"/api/v1/runs/{cast.uuid7()}/"
    project = {"project": "vision/digits"}
    calls = [
        *[("GET", path) for path in (run, f"{run}series/?metric=loss", "/api/v1/me/")],
        ("GET", "/api/v1/projects/vision/digits/runs/"),
        ("GET", f"{run}batches/"),
        ("PUT", run, project),
        ("PUT", fresh, project),
        ("PATCH", run, {"name": "x"}),
        ("DELETE", run),
        ("POST", f"{run}notes/", {"text": "x"}),
        ("POST", f"{run}freeze/", {"reason": "x"}),
        ("PUT", f"{run}artifacts/?name=x", b"x"),
        ("POST", "/api/v1/projects/", {"project": "vision/letters"}),
    ]
    assert {api.request(*call).status_code for call in calls} == {401}


def test_runs_of_others_and_of_later_are_closed(
    api: cast.Api, own: Run, bob, alice, digits
) -> None:
    theirs, by_page = started(cast.api_of(bob)), cast.make_run(digits, bob)
    expire()
    late = Run.objects.filter(id=own.id)
    for run in (theirs, by_page):
        assert send(api, run, batch(**points("loss", 1.0))).status_code == 401
    assert send(api, own, batch(**points("loss", 1.0))).status_code == 200
    late.update(created_at=timezone.now())
    assert send(api, own, batch(**points("loss", 1.0))).status_code == 401


def test_a_revoked_token_has_no_grace(api: cast.Api, own: Run, bob) -> None:
    tokens.revoke_token(token=ApiToken.objects.get(), by=bob)
    expire()
    assert send(api, own, batch(**points("loss", 1.0))).status_code == 401


def test_a_removed_member_has_none_either(api: cast.Api, own: Run, bob, alice, vision) -> None:
    expire()
    teams.remove_member(team=vision, user=bob, by=alice)
    assert send(api, own, batch(**points("loss", 1.0))).status_code == 404


def test_a_token_for_reading_has_none(own: Run) -> None:
    ApiToken.objects.update(scopes=["read"])
    expire()
    api_text = cast.Api("ahnb_0123456789_" + "0" * 64)
    assert send(api_text, own, batch(**points("loss", 1.0))).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_short_way_goes_on_too(own: Run, api: cast.Api) -> None:
    road = Road(own, api.token)
    writer = uuid.uuid4()
    assert road.send(batch(1, writer, **points("loss", 1.0)))[0] == 200
    assert road.send(batch(2, writer, **points("loss", 1.0)))[0] == 200
    assert road.through == 1
    expire()
    for seq in (3, 4):
        status, headers, answer = road.send(batch(seq, writer, **points("loss", 1.0)))
        assert (status, answer["acked"]) == (200, seq)
        assert headers["AHNB-Token-Expires"]
    expire(GRACE)
    assert road.send(batch(5, writer, **points("loss", 1.0)))[0] == 401
    assert len(stored(own)) == 4


@pytest.mark.parametrize(("days", "told"), [(None, False), (15, False), (13, True)])
@pytest.mark.django_db(transaction=True)
def test_the_end_is_told_before_it_comes(own: Run, api: cast.Api, days, told: bool) -> None:
    ends = None if days is None else timezone.now() + timedelta(days=days)
    ApiToken.objects.update(expires_at=ends)
    tokens._trusted.clear()
    road = Road(own, api.token)
    writer = uuid.uuid4()
    answers = [road.send(batch(seq, writer, **points("loss", 1.0)))[1] for seq in (1, 2)]
    assert road.through == 1
    answers.append(api.get("/api/v1/me/").headers)
    for headers in answers:
        assert ("AHNB-Token-Expires" in headers) == told
        if told:
            assert headers["AHNB-Token-Expires"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    assert expiry.HEADER == tokens.EXPIRY_HEADER
