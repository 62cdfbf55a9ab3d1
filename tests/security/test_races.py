"""Fifty at the same moment: no error of ours, nothing twice, nothing lost, no deadlock."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from ahnb_platform.accounts import invitations
from ahnb_platform.accounts.models import Membership, Role, Team, User
from projects.models import Project, SavedView
from projects.transfers import accept_offer, offer_project
from runs.models import Run
from tests import cast
from tests.at_once import at_once
from tests.runs.batches import batch, points, send, stored

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def no_deadlock() -> Iterator[None]:
    before = deadlocks()
    yield
    assert deadlocks() == before


@pytest.fixture
def api(bob: User, vision: Team) -> cast.Api:
    return cast.api_of(bob)


def test_a_project_that_fifty_runs_make_is_one(api: cast.Api, vision: Team) -> None:
    body = {"project": "vision/letters"}
    start = lambda: api.put(f"/api/v1/runs/{cast.uuid7()}/", body).status_code  # noqa: E731
    assert Counter(at_once([start] * MANY)) == {201: MANY}
    project = Project.objects.get(slug="letters")
    numbers = Run.objects.filter(project_id=project.pk).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, MANY + 1))


def test_a_project_that_fifty_ask_for_is_made_once(api: cast.Api, vision: Team) -> None:
    make = lambda: api.post("/api/v1/projects/", {"project": "vision/letters"}).status_code  # noqa: E731
    assert Counter(at_once([make] * MANY)) == {201: 1, 409: MANY - 1}
    assert Project.objects.filter(slug="letters").count() == 1


def test_a_run_that_fifty_start_is_one(api: cast.Api, digits: Project) -> None:
    path, body = f"/api/v1/runs/{cast.uuid7()}/", {"project": "vision/digits"}
    start = lambda: api.put(path, body).status_code  # noqa: E731
    assert Counter(at_once([start] * MANY)) == {201: 1, 200: MANY - 1}
    assert Run.objects.filter(project_id=digits.pk).count() == 1
    digits.refresh_from_db()
    assert digits.next_run_number == 2


def test_a_tag_that_fifty_set_is_there_once(api: cast.Api, digits: Project, bob: User) -> None:
    run = cast.make_run(digits, bob)
    tag = lambda: api.patch(f"/api/v1/runs/{run.id}/", {"tags": ["best", "best"]}).status_code  # noqa: E731
    assert Counter(at_once([tag] * MANY)) == {200: MANY}
    run.refresh_from_db()
    assert run.tags == ["best"]


def test_a_batch_that_fifty_send_is_stored_once(api: cast.Api, digits: Project, bob: User) -> None:
    run = cast.make_run(digits, bob)
    document = batch(1, **points("loss", 1.0, 0.5))
    answers = at_once([lambda: send(api, run, document)] * MANY)
    assert {answer.status_code for answer in answers} == {200}
    assert Counter(answer.json()["duplicate"] for answer in answers) == {False: 1, True: MANY - 1}
    assert len(stored(run)) == 2


def test_an_invitation_that_fifty_accept_lets_one_in(vision: Team, alice: User) -> None:
    made = invitations.invite(team=vision, email="new@example.org", role=Role.READER, by=alice)
    new = cast.make_person("new@example.org")
    posts = [partial(cast.client_of(new).post, made.path) for _ in range(MANY)]
    answers = Counter(answer.status_code for answer in at_once(posts))
    # More than the limit of attempts are told to wait.
    assert answers[302] == 1
    assert set(answers) <= {302, 404, 429}
    assert Membership.objects.filter(user__email="new@example.org").count() == 1


def test_a_person_that_fifty_invite_has_one_open_invitation(vision: Team, alice: User) -> None:
    def invite() -> str:
        return invitations.invite(
            team=vision, email="new@example.org", role=Role.READER, by=alice
        ).path

    paths = at_once([invite] * MANY)
    assert len(set(paths)) == MANY
    alive = [path for path in paths if Client().get(path).status_code == 200]
    assert len(alive) == len(invitations.open_invitations(vision)) == 1


def test_a_view_that_fifty_save_is_one(digits: Project, alice: User) -> None:
    browsers = [cast.client_of(alice) for _ in range(MANY)]
    form = {"name": "best", "address": "q=number"}
    save = [
        lambda browser=browser: browser.post("/projects/vision/digits/views/", form).status_code
        for browser in browsers
    ]
    assert Counter(at_once(save)) == {302: MANY}
    assert SavedView.objects.count() == 1


def test_a_run_is_deleted_and_brought_back_while_points_come(
    api: cast.Api, digits: Project, bob: User
) -> None:
    """What was acknowledged is there; what came while the run lay in the trash is refused."""
    run = cast.make_run(digits, bob)
    path = f"/api/v1/runs/{run.id}/"

    def post() -> int:
        return send(api, run, batch(1, **points("loss", 1.0))).status_code

    acts = [
        post,
        lambda: api.delete(path).status_code,
        lambda: api.post(f"{path}restore/").status_code,
    ]
    counted = [(index % 5, act) for index, act in enumerate([post] * 3 + acts[1:])]
    chosen = [act for _, act in counted] * (MANY // 5)
    answers = Counter(zip([act is post for act in chosen], at_once(chosen), strict=True))
    assert {status for is_post, status in answers if is_post} <= {200, 410}
    assert {status for is_post, status in answers if not is_post} <= {200, 204}
    assert len(stored(run)) == answers[True, 200]
    assert Run.objects.filter(project_id=digits.pk).count() == 1


def test_a_project_moves_while_runs_begin(
    digits: Project, other: Team, alice: User, bob: User, charlie: User
) -> None:
    """Each run lies in the one project, wherever that was at the moment."""
    offer = offer_project(project=digits, slug="other", by=alice)
    assert offer is not None
    api, body = cast.api_of(bob), {"project": "vision/digits"}

    def start() -> int:
        return int(api.put(f"/api/v1/runs/{cast.uuid7()}/", body).status_code)

    def move() -> int:
        accept_offer(team=other, offer_id=offer.pk, by=charlie)
        return 200

    answers = Counter(at_once([*[start] * (MANY - 1), move]))
    assert set(answers) <= {200, 201, 404, 409}  # 409: the answer to the project's name of before
    assert answers[200] == 1
    assert Run.objects.filter(project_id=digits.pk).count() == answers[201]
