"""The facts that rules read are what is stored of a run."""

import math

from ahnb_client.linting.checking import check
from ahnb_client.linting.facts import Facts
from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.linting.facts import EPOCH_POINTS, FIRST_BATCHES, facts_of
from runs.models import Run
from runs.queries import run_for_user
from tests import cast
from tests.cast import log_points
from tests.sketches import send_events


def facts(run: Run) -> Facts:
    return Facts(facts_of(run_for_user(User.objects.get(email="bob@example.org"), run.id)))


def test_parts_come_from_their_documents(run: Run) -> None:
    send_events(
        run,
        ("model", {"layers": [{"name": "dense", "class": "Dense"}]}),
        ("data", {"samples": 10}),
        ("params", {"fit": {"epochs": 3}}),
        ("weights", {"layers": {"dense": {}}}),
        ("environment", {"python": "3.12"}),
        ("status", {"status": "failed"}),
    )
    found = facts(run)
    assert [layer.name for layer in found.layers] == ["dense"]
    assert (found.rows, found.fit) == (10, {"epochs": 3})
    assert found.weights == {"layers": {"dense": {}}}
    assert found.run["status"] == "failed"


def test_epochs_are_whole_with_their_odd_values_and_times(run: Run) -> None:
    log_points(run, {"loss": [3.0, math.nan, 1.0]})
    found = facts(run)
    curve = found.curve("loss")
    assert curve is not None
    assert curve.steps == (0, 1, 2)
    assert math.isnan(curve.values[1])
    assert found.run["epoch_seconds"][1:] == [1.0, 1.0]


def test_a_long_curve_keeps_its_extremes(run: Run) -> None:
    values = [1.0] * 5000
    values[1234], values[4321] = 99.0, -99.0
    log_points(run, {"loss": values})
    curve = facts(run).curve("loss")
    assert curve is not None
    assert len(curve) <= 2 * EPOCH_POINTS
    assert (max(curve.values), min(curve.values)) == (99.0, -99.0)


def test_of_batches_the_first_and_the_odd_ones(run: Run) -> None:
    values = [1.0 / (step + 1) for step in range(3000)]
    values[2500] = math.inf
    log_points(run, {"batch/loss": values}, unit="step")
    curve = facts(run).curve("loss", "batch")
    assert curve is not None
    assert curve.steps == (*range(FIRST_BATCHES), 2500, 2999)
    assert curve.values[-2] == math.inf


def test_a_loss_that_is_a_number_again_is_not_said_to_be_none(run: Run, digits: Project) -> None:
    values = [1.0 / (step + 1) for step in range(300)]
    values[50:53] = [math.nan] * 3
    log_points(run, {"loss": values}, unit="step")
    document = facts_of(run_for_user(User.objects.get(email="bob@example.org"), run.id))
    assert "D01" not in [one.id for one in check(document)]
    values[-1] = math.nan
    again = cast.make_run(digits, User.objects.get(email="bob@example.org"))
    log_points(again, {"loss": values}, unit="step")
    document = facts_of(run_for_user(User.objects.get(email="bob@example.org"), again.id))
    (text,) = [one.text for one in check(document) if one.id == "D01"]
    assert text == "the loss is nan at batches 50-52, 299"


def test_a_run_without_anything_has_facts(run: Run) -> None:
    found = facts(run)
    assert found.layers == ()
    assert found.names() == []
