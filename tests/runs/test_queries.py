"""Looking runs up, and what pages ask about them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Missing, NotAllowed
from projects import services as projects
from runs import queries, services
from runs.ingest.target import ingest_target
from runs.models import Run
from tests import cast

from .batches import batch, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


def test_each_member_sees_the_run_with_the_own_role(run, alice, bob, dana):
    roles = [queries.run_for_user(user, run.id).role for user in (alice, bob, dana)]
    assert roles == [Role.OWNER, Role.EDITOR, Role.READER]
    assert queries.run_for_user(dana, run.id).user == bob


def test_a_stranger_and_a_disabled_person_see_nothing(run, charlie, dana):
    dana.is_active = False
    for user in (charlie, dana):
        with pytest.raises(Missing):
            queries.run_for_user(user, run.id)


def test_a_reader_is_no_editor(run, dana, bob):
    assert queries.run_for_editor(bob, run.id).id == run.id
    with pytest.raises(NotAllowed):
        queries.run_for_editor(dana, run.id)


def test_ingest_sees_what_the_look_up_sees(run, digits, alice, bob, dana, charlie, other):
    """The compiled statement against the query that it was compiled from."""
    people = (alice, bob, dana, charlie)
    assert targets(people, run) == looked_up(people, run) == [3, 2, 1, None]
    projects.share_project(project=digits, by=alice, role=Role.EDITOR, user=dana)
    projects.share_project(project=digits, by=alice, role=Role.READER, team=other)
    assert targets(people, run) == looked_up(people, run) == [3, 2, 2, 1]
    charlie.is_active = False
    assert targets(people, run) == [3, 2, 2, None]


def targets(people, run):
    return [role_or_none(lambda user=user: ingest_target(user, run.id)) for user in people]


def looked_up(people, run):
    return [role_or_none(lambda user=user: queries.run_for_user(user, run.id)) for user in people]


def role_or_none(look_up):
    try:
        return look_up().role
    except Missing:
        return None


def test_ingest_sees_the_trash_and_the_bounds_of_a_token(run, digits, bob):
    assert ingest_target(bob, run.id, within=digits.pk).trashed_at is None
    services.trash_run(run=run, by=bob)
    assert ingest_target(bob, run.id).trashed_at is not None
    with pytest.raises(Missing):
        ingest_target(bob, run.id, within=digits.pk + 1)
    with pytest.raises(Missing):
        ingest_target(bob, cast.uuid7())


def test_neighbours_go_by_number_and_pass_over_the_trash(digits, bob):
    first, second, third = (
        queries.run_for_user(bob, cast.make_run(digits, bob).id) for _ in range(3)
    )
    services.trash_run(run=second, by=bob)
    assert queries.previous_run(third) == first
    assert queries.next_run(first) == third
    assert queries.previous_run(first) is queries.next_run(third) is None
    assert queries.runs_by_number(digits, [3, 1, 2]) == [first, third]


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        *((name, "max") for name in ("accuracy", "val_acc", "AUC", "recall", "mean_iou", "r2")),
        *((name, "min") for name in ("loss", "val_loss", "mae", "seconds")),
    ],
)
def test_the_better_end_is_told_by_the_name(digits, metric, direction):
    assert queries.direction_of(metric, digits) == direction


def test_a_stated_objective_decides(digits, alice):
    projects.update_project(project=digits, by=alice, objective_metric="loss", objective_mode="max")
    digits.refresh_from_db()
    stated = cast.make_run(digits, alice, objective={"metric": "loss", "mode": "min"})
    assert queries.direction_of("loss", digits) == "max"
    assert queries.direction_of("loss", digits, stated) == "min"
    assert queries.direction_of("mae", digits, stated) == "min"


def test_a_running_run_is_lost_after_three_minutes(run):
    run.last_seen_at = timezone.now() - timedelta(minutes=2, seconds=50)
    assert run.shown_status == "running"
    run.last_seen_at = timezone.now() - timedelta(minutes=3, seconds=10)
    assert run.shown_status == "lost"
    run.status = "finished"
    assert run.shown_status == "finished"


def test_events_come_in_the_order_in_which_they_happened(run, bob):
    for seconds in (3, 1, 2):
        sent = batch(events=[event("finding", seconds, at=1_763_870_000.0 + seconds)])
        services.store_batch(run=run, batch=sent, by=bob)
    assert [found.data for found in queries.events_of(run, "finding")] == [1, 2, 3]
