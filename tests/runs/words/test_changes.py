"""What changed against the previous run of the same person, and against the best one."""

from __future__ import annotations

from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from tests.cast import Api, api_of

from .telling import ENVIRONMENT, data, dense, git, model, script, tell, words

pytestmark = pytest.mark.django_db
AGAINST = "Against #1 first, the previous run of the same person: "


@pytest.fixture
def api(digits: Any, bob: User) -> Api:
    return api_of(bob)


def between(api: Api, before: dict[str, Any], after: dict[str, Any]) -> str:
    """What the second of two runs says of the first, after the words that it finished."""
    tell(api, "first", objective=None, **before)
    lines = words(api, tell(api, "second", objective=None, **after))
    start = "Finished after 3 min 20 s."
    assert lines[0].startswith(start)
    return lines[0].removeprefix(start).strip()


def test_parameters_the_most_telling_first(api: Api) -> None:
    before = {
        "width": 64,
        "kept": [1, 2],
        "fit": {"epochs": 3, "batch_size": 32},
        "optimizer": {"name": "adam"},
        "gone": "x",
        "seed": 1,
    }
    after = {
        "width": 128,
        "kept": [1, 2],
        "fit": {"epochs": 3, "batch_size": 64},
        "optimizer": {"name": "sgd"},
        "dropout": 0.5,
        "seed": 2,
    }
    tell(api, "first", objective=None, params=before)
    second = tell(api, "second", objective=None, params=after)
    assert words(api, second)[0].endswith(
        AGAINST + "parameters dropout added as 0.5, gone left out (x), width 64 → 128,"
        " optimizer.name adam → sgd and 2 more."
    )


def test_equal_numbers_are_no_change_but_a_truth_value_is(api: Api) -> None:
    before = {"params": {"a": 1, "b": 1, "c": {"d": 2.0}}}
    after = {"params": {"a": 1.0, "b": True, "c": {"d": 2}}}
    assert between(api, before, after) == f"{AGAINST}parameters b 1 → true."


def test_a_change_beyond_what_is_shown_is_no_arrow_to_itself(api: Api) -> None:
    long = "x" * 300
    before, after = {"params": {"text": f"{long}a"}}, {"params": {"text": f"{long}b"}}
    assert between(api, before, after) == f"{AGAINST}parameters text changed."


def test_a_tree_against_a_leaf(api: Api) -> None:
    before = {"params": {"schedule": {"rate": 0.1}}}
    after = {"params": {"schedule": "constant"}}
    assert between(api, before, after) == (f"{AGAINST}parameters schedule rate 0.1 → constant.")


def test_nothing_recorded_in_common_is_not_spoken_of(api: Api) -> None:
    assert between(api, {}, {}) == ""
    assert between(api, {"model": model(8, 1)}, {"data": data("a" * 16)}) == ""


def test_another_model_with_its_layers(api: Api) -> None:
    assert between(api, {"model": model(8, 1)}, {"model": model(8, 8, 1)}) == (
        f"{AGAINST}model v2 instead of v1 (1 layer added, 72 more parameters)."
    )


def test_a_layer_that_was_changed_and_one_that_was_removed(api: Api) -> None:
    after = model(16, 1)
    after["layers"][1]["activation"] = "sigmoid"
    assert between(api, {"model": model(8, 8, 1)}, {"model": after}) == (
        f"{AGAINST}model v2 instead of v1 (1 layer removed, 2 changed, 24 fewer parameters)."
    )


def test_the_same_model_is_proved_by_its_hash(api: Api) -> None:
    renamed = model(8, 1)
    renamed["layers"][0] |= {"name": "dense_77"}
    assert between(api, {"model": model(8, 1)}, {"model": renamed}) == (
        "Against #1 first, the previous run of the same person, the model is the same,"
        " and no difference is recorded."
    )


def test_frozen_layers_of_the_same_model(api: Api) -> None:
    before = {"model": model(8, 1, trainable_parameters=49)}
    after = {"model": model(8, 1, trainable_parameters=9)}
    assert between(api, before, after) == (
        f"{AGAINST}model with 9 trainable parameters instead of 49."
    )


def test_models_too_large_to_be_set_beside_each_other(api: Api) -> None:
    def large(count: int) -> dict[str, Any]:
        layers = [dense(4, 4, f"d{at}") for at in range(count)]
        return {"kind": "Functional", "built": True, "layers": layers, "parameters": 20 * count}

    assert between(api, {"model": large(400)}, {"model": large(399)}) == (
        f"{AGAINST}model v2 instead of v1 (399 layers instead of 400, 20 fewer parameters)."
    )


def test_other_data_of_the_same_size(api: Api) -> None:
    assert between(api, {"data": data("a" * 16)}, {"data": data("b" * 16)}) == (
        f"{AGAINST}data other than there."
    )


def test_more_data(api: Api) -> None:
    assert between(api, {"data": data("a" * 16)}, {"data": data("b" * 16, 1200)}) == (
        f"{AGAINST}data with 1,200 samples instead of 1,000."
    )


def test_data_without_a_hash_may_be_the_same_or_not(api: Api) -> None:
    plain = {"x": {"type": "generator"}, "samples": None}
    shaped = {"x": {"type": "generator", "shape": [None, 3]}, "samples": None}
    assert between(api, {"data": plain}, {"data": plain}) == ""
    assert between(api, {"data": plain}, {"data": shaped}).endswith(": data of another form.")


def test_commit_and_uncommitted_changes(api: Api) -> None:
    before, after = {"environment": git("a")}, {"environment": git("b", dirty=True)}
    assert between(api, before, after) == (
        f"{AGAINST}code commit bbbbbbbbb instead of aaaaaaaaa and with uncommitted changes."
    )


def test_another_script_of_the_same_commit(api: Api) -> None:
    before = {"environment": git("a"), "code": script("one", git={})}
    after = {"environment": git("a"), "code": script("two", git={})}
    assert between(api, before, after) == f"{AGAINST}code another script or module."


def test_packages(api: Api) -> None:
    old = {**ENVIRONMENT, "packages": {"keras": "3.9.0", "numpy": "2.1.0", "wandb": "1"}}
    new = {**ENVIRONMENT, "packages": {"keras": "3.10.0", "numpy": "2.1.0", "jax": "0.5"}}
    assert between(api, {"environment": old}, {"environment": new}) == (
        f"{AGAINST}packages keras 3.9.0 → 3.10.0, jax added as 0.5 and wandb left out (1)."
    )


def test_backend_and_seed(api: Api) -> None:
    new = {**ENVIRONMENT, "backend": "torch", "seed": 8}
    assert between(api, {"environment": ENVIRONMENT}, {"environment": new}) == (
        f"{AGAINST}environment backend jax → torch and seed 7 → 8."
    )


def test_what_is_the_same_is_said_beside_what_differs(api: Api) -> None:
    same = {
        "model": model(8, 1),
        "data": data("a" * 16),
        "code": script("one"),
        "environment": {**ENVIRONMENT, "packages": {"keras": "3.10.0"}},
    }
    before, after = {"params": {"rate": 0.1}, **same}, {"params": {"rate": 0.2}, **same}
    assert between(api, before, after) == (
        f"{AGAINST}parameters rate 0.1 → 0.2; the same model, data, code and packages."
    )


def test_a_repeat_differs_in_nothing(api: Api) -> None:
    same = {"params": {"rate": 0.1}, "data": data("a" * 16)}
    assert between(api, same, same) == (
        "Against #1 first, the previous run of the same person, the parameters and data are the"
        " same, and no difference is recorded."
    )


def test_previous_and_best_are_two_comparisons(api: Api) -> None:
    tell(api, "good", {"val_loss": [0.2]}, params={"rate": 0.1})
    tell(api, "bad", {"val_loss": [0.9]}, params={"rate": 0.5})
    lines = words(api, tell(api, "new", {"val_loss": [0.3]}, params={"rate": 0.3}))
    assert lines == [
        "Finished after 3 min 20 s and 1 epoch. Its only val_loss is 0.3000 at epoch 0."
        " That is place 2 of 3 runs with val_loss; the best is #1 good with 0.2000."
        " Against #2 bad, the previous run of the same person: parameters rate 0.5 → 0.3.",
        "- Against #1 good, the best run so far: parameters rate 0.1 → 0.3.",
    ]


def test_previous_and_best_may_be_one(api: Api) -> None:
    tell(api, "good", {"val_loss": [0.2]}, params={"rate": 0.1})
    lines = words(api, tell(api, "new", {"val_loss": [0.3]}, params={"rate": 0.3}))
    assert lines[0].endswith(
        " Against #1 good, the previous run of the same person and the best so far:"
        " parameters rate 0.1 → 0.3."
    )
    assert len(lines) == 1


def test_the_best_so_far_is_set_beside_no_best(api: Api, alice: User) -> None:
    tell(api_of(alice), "theirs", {"val_loss": [0.5]}, params={"rate": 0.1})
    assert "Against" not in words(api, tell(api, "x", {"val_loss": [0.3]}, params={"rate": 1}))[0]


def test_nobodys_runs_are_not_of_the_same_person(api: Api, bob: User) -> None:
    tell(api, "first", params={"rate": 0.1})
    second = tell(api, "second", params={"rate": 0.2})
    assert "Against" in words(api, second)[0]
    from runs.models import Run

    Run.objects.update(user_id=None)
    assert "Against" not in words(api, second)[0]
