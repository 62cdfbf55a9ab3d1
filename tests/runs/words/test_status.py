"""The first sentences: how the run stands, what came out, and which place that is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from ahnb_platform.accounts.models import User
from projects.models import Project
from tests.cast import Api, api_of

from .telling import SINCE, on_epochs, tell, words

pytestmark = pytest.mark.django_db
THREE = {"val_loss": [0.9, 0.5, 0.4]}
TEN = {"fit": {"epochs": 10}}


@pytest.fixture
def api(digits: Project, bob: User) -> Api:
    return api_of(bob)


def told(api: Api, *args: object, **kwargs: object) -> str:
    """The paragraph of a run."""
    return words(api, tell(api, *args, **kwargs))[0]  # type: ignore[arg-type]


# Status


def test_a_run_that_has_sent_nothing(api: Api) -> None:
    assert words(api, tell(api, ended="")) == [f"Training since {SINCE}."]


def test_running_with_a_plan(api: Api) -> None:
    assert told(api, curves={"loss": [0.9, 0.5]}, ended="", params=TEN, objective=None) == (
        f"Training since {SINCE}: 2 of 10 epochs done."
        " Its best loss is 0.5000 at epoch 1, also its last."
    )


def test_running_before_the_first_epoch_and_without_a_plan(api: Api) -> None:
    assert told(api, curves={"loss": [0.5]}, ended="", objective=None) == (
        f"Training since {SINCE}: 1 epoch done. Its only loss is 0.5000 at epoch 0."
    )
    assert told(api, ended="", params=TEN).startswith(
        f"Training since {SINCE}: none of 10 epochs done. Against"
    )


def test_finished_with_all_that_was_planned(api: Api) -> None:
    assert told(api, curves=THREE, params={"fit": {"epochs": 3}}) == (
        "Finished after 3 min 20 s and all 3 planned epochs."
        " Its best val_loss is 0.4000 at epoch 2, also its last."
    )


def test_finished_before_the_plan_was_done(api: Api) -> None:
    assert told(api, curves={"val_loss": [0.9, 0.4, 0.5]}, params=TEN) == (
        "Finished after 3 min 20 s and 3 of 10 planned epochs."
        " Its best val_loss is 0.4000 at epoch 1, and its last is 0.5000 at epoch 2."
    )


def test_more_epochs_than_the_first_fit_was_asked_for_are_beside_no_plan(api: Api) -> None:
    assert told(api, curves=THREE, params={"fit": {"epochs": 1}}).startswith(
        "Finished after 3 min 20 s and 3 epochs."
    )


def test_one_epoch_is_not_epochs(api: Api) -> None:
    assert told(api, curves={"val_loss": [0.5]}, params={"fit": {"epochs": 1}}, seconds=1) == (
        "Finished after 1.0 s and the one planned epoch. Its only val_loss is 0.5000 at epoch 0."
    )


def test_epochs_of_an_earlier_training_are_not_planned_again(api: Api) -> None:
    curves = {"val_loss": [0.5, 0.4]}
    params = {"fit": {"epochs": 10, "initial_epoch": 8}}
    assert told(api, curves=curves, params=params).startswith(
        "Finished after 3 min 20 s and all 2 planned epochs."
    )


def test_failed_with_its_reason(api: Api) -> None:
    lines = words(
        api,
        tell(
            api,
            ended="failed",
            reason="ValueError: shapes (3,)\nand (4,)",
            seconds=12,
            params=TEN,
            objective=None,
        ),
    )
    assert lines == [
        "Failed after 12 s and none of 10 planned epochs."
        " The reason given: “ValueError: shapes (3,) and (4,)”."
    ]


@pytest.mark.parametrize("status", ["interrupted", "preempted"])
def test_stopped_from_outside(api: Api, status: str) -> None:
    assert told(api, curves=THREE, ended=status, params=TEN).startswith(
        f"{status.capitalize()} after 3 min 20 s and 3 of 10 planned epochs. Its best"
    )


def test_an_end_at_the_very_start_has_no_length(api: Api) -> None:
    assert told(api, seconds=0, objective=None) == "Finished."


def test_silent_is_lost_and_says_what_may_be(api: Api) -> None:
    run_id = tell(api, curves={"loss": [0.5]}, ended="", params=TEN, objective=None)
    past = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_metricstate SET last_seen_at = %s", [past])
    assert words(api, run_id)[0] == (
        "No sign of life since 2026-03-04 05:06:07 UTC, after 1 of 10 planned epochs."
        " The training may have died, or cannot reach this server; what it still has will arrive"
        " when it can. Its only loss is 0.5000 at epoch 0."
    )


# Results


def test_nothing_is_said_of_a_metric_without_a_finite_value(api: Api) -> None:
    assert words(api, tell(api, curves={"val_loss": ["NaN", "Infinity"]})) == [
        "Finished after 3 min 20 s and 2 epochs.",
        "- NaN or infinite: 2 of 2 values of val_loss.",
    ]


def test_the_last_finite_value_is_not_called_the_last(api: Api) -> None:
    assert words(api, tell(api, curves={"val_loss": [0.9, 0.4, "NaN"]})) == [
        "Finished after 3 min 20 s and 3 epochs."
        " Its best val_loss is 0.4000 at epoch 1, also its last finite value.",
        "- NaN or infinite: 1 of 3 values of val_loss.",
    ]


def test_the_objective_says_which_end_is_better(api: Api) -> None:
    objective = {"metric": "reward", "mode": "max"}
    assert "best reward is 12 at epoch 1, and its last is 11 at" in told(
        api, curves={"reward": [10, 12, 11]}, objective=objective
    )


def test_values_that_differ_never_look_alike(api: Api) -> None:
    assert "best val_loss is 0.400001 at epoch 0, and its last is 0.400002" in told(
        api, curves={"val_loss": [0.400001, 0.400002]}
    )


def test_almost_perfect_is_not_perfect(api: Api) -> None:
    objective = {"metric": "val_accuracy", "mode": "max"}
    curves = {"val_accuracy": [0.5, 0.99996]}
    assert "best val_accuracy is 0.99996" in told(api, curves=curves, objective=objective)


def test_a_metric_by_step_says_so(api: Api) -> None:
    axis = {"start": 0, "stride": 100, "count": 2}
    batch = {"axes": [axis], "metrics": {"score": {"axis": 0, "v": [1.5, 1.25]}}}
    objective = {"metric": "score", "mode": "max"}
    assert told(api, batches=[batch], objective=objective) == (
        "Finished after 3 min 20 s."
        " Its best score is 1.500 at step 0, and its last is 1.250 at step 100."
    )


def test_the_other_metrics_in_short(api: Api) -> None:
    curves = {name: [0.5] for name in ("val_loss", "loss", "evaluate/loss", "val_accuracy")}
    curves |= {"accuracy": [0.75], "recall": [0.25], "learning_rate": [0.1]}
    assert words(api, tell(api, curves=curves))[1:] == [
        "- Last values of other metrics: evaluate/loss 0.5000, val_accuracy 0.5000,"
        " accuracy 0.7500, loss 0.5000 and 1 more metric."
    ]


# Rank


def test_rank_names_the_best_run(api: Api) -> None:
    tell(api, "best", {"val_loss": [0.3]})
    tell(api, "worst", {"val_loss": [0.9]})
    assert told(api, "middle", {"val_loss": [0.5]}) == (
        "Finished after 3 min 20 s and 1 epoch. Its only val_loss is 0.5000 at epoch 0."
        " That is place 2 of 3 runs with val_loss; the best is #1 best with 0.3000."
    )


def test_the_record_is_said_plainly(api: Api) -> None:
    tell(api, "first", {"val_loss": [0.3]})
    assert " That is the best of 2 runs with val_loss." in told(api, "new", {"val_loss": [0.2]})


def test_equal_runs_share_a_place(api: Api) -> None:
    first = tell(api, "first", {"val_loss": [0.3]}, seconds=100)
    second = tell(api, "second", {"val_loss": [0.3]})
    assert (
        " It shares place 1 of 2 runs with val_loss with 1 other, and ended first."
        in (words(api, first)[0])
    )
    assert words(api, second)[0].endswith(
        " It shares place 1 of 2 runs with val_loss with 1 other."
    )


def test_runs_that_look_equal_are_told_apart(api: Api) -> None:
    tell(api, "first", {"val_loss": [0.30000001]})
    assert "; the best is #1 first with 0.30000001" in told(api, "x", {"val_loss": [0.30000002]})


def test_what_lies_aside_has_no_rank_and_takes_none(api: Api) -> None:
    best, other = tell(api, "best", {"val_loss": [0.3]}), tell(api, "x", {"val_loss": [0.5]})
    assert "place" in words(api, other)[0]
    assert api.delete(f"/api/v1/runs/{best}/").status_code == 204
    assert words(api, other) == [
        "Finished after 3 min 20 s and 1 epoch. Its only val_loss is 0.5000 at epoch 0."
    ]
    assert words(api, best) == [
        "Finished after 3 min 20 s and 1 epoch. Its only val_loss is 0.3000 at epoch 0."
    ]


def test_runs_of_other_metrics_have_no_place(api: Api, alice: User) -> None:
    tell(api, "other", {"score": [1.0]}, objective=None)
    assert "place" not in told(api_of(alice), "one", {"val_loss": [0.5]})


def test_a_resumed_run_counts_epochs_once(api: Api) -> None:
    again = {
        **on_epochs({"val_loss": [0.6, 0.55]}, first=2),
        "attempt": 1,
        "events": [{"kind": "attempt", "data": {"attempt": 1, "from_step": 2}}],
    }
    curves = {"val_loss": [0.9, 0.8, 0.5]}
    assert words(api, tell(api, curves=curves, params={"fit": {"epochs": 4}}, batches=[again])) == [
        "Finished after 3 min 20 s and all 4 planned epochs. Its best val_loss is 0.5500 at epoch"
        " 3, also its last.",
        "- It was resumed once, from step 2.",
    ]
