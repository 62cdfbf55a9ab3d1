"""Rules of trainings: each finds its fault, and nothing in what only looks like it."""

import math
from typing import Any

import pytest

from ahnb_client.linting.checking import check
from ahnb_client.linting.rule import RULES
from ahnb_client.linting.rules import load
from tests.ahnb_client.linting.trainings import along, facts, falling, found

NAN = math.nan
SQUARED: dict[str, Any] = {"loss": "mean_squared_error", "units": 1}
NUMBERS = {"shape": [1_000, 1], "rows": 1_000, "mean": 0.0, "std": 1.0}
STILL = [2.3026, 2.3025, 2.3027, 2.3026, 2.3024, 2.3026, 2.3026]
ZIGZAG = [1.0, 2.4] * 12
HEART = falling(6, 1.0, 0.5, 0.01) + along(14, lambda at: 0.5 * 1.08**at, 0.01)


def layer(name: str = "hidden", kind: str = "Dense", **more: Any) -> dict[str, Any]:
    """A row of the table of layers."""
    return {"name": name, "class": kind, "trainable": True, "settings": {}, **more}


def ended(status: str = "finished", seconds: float = 60.0, **more: Any) -> dict[str, Any]:
    """What is known of a whole training."""
    return {"run": {"status": status, "seconds": seconds, **more}}


def with_callbacks(document: dict[str, Any], **callbacks: Any) -> dict[str, Any]:
    """The same training with other callbacks."""
    document["params"]["callbacks"] = callbacks
    return document


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("D01", facts({"loss": [2.3, NAN, NAN]}, {"loss": [2.3, 9.0]})),
    ("D01", facts({}, {"loss": [2.3, math.inf]})),
    ("D01", facts({"loss": [1.0, NAN]}, loss=None)),
    ("D02", facts({}, {"loss": [61.0, 50.0]})),
    ("D02", facts({}, {"loss": [9.0]}, loss="binary_crossentropy", units=1)),
    ("D03", facts({"loss": STILL, "accuracy": [0.1] * 7})),
    ("D04", facts({"loss": STILL})),
    ("D04", facts({"loss": along(8, lambda _: 1.0, 0.001)}, target=NUMBERS, **SQUARED)),
    ("D05", facts({"loss": ZIGZAG})),
    ("D06", facts({"loss": falling(20), "val_loss": HEART})),
    ("D07", facts({"loss": falling(12), "accuracy": [0.7] * 12, "val_accuracy": [0.9] * 12})),
    (
        "D08",
        facts(
            {},
            layers=[layer("a"), layer("b")],
            weights={
                "layers": {"a": {"update": [0.2, 0.1]}, "b": {"update": [0.0, 0.0]}},
            },
        ),
    ),
    (
        "D09",
        facts(
            {},
            layers=[layer("a", activation="relu"), layer("b")],
            weights={"layers": {"a": {"still": [0.5, 0.9, 0.9]}, "b": {"still": [0.0, 0.0]}}},
        ),
    ),
    ("D11", facts({}, **ended(data_wait=0.6))),
    (
        "D12",
        with_callbacks(
            facts({"loss": falling(9), "learning_rate": [1e-3] * 5 + [1e-9] * 4}),
            ReduceLROnPlateau={"patience": 1},
        ),
    ),
    ("D13", facts({"loss": [2.5] * 5})),
    ("D04", facts({"loss": falling(9), "val_loss": [2.31] * 9})),
    ("D14", facts({}, **ended(twin={"run": "#3", "same_result": False}))),
    ("D15", facts({"loss": [1.0, 15.0, 200.0, 4e3]})),
    ("D16", facts({}, {"loss": [400.0]}, target=NUMBERS, **SQUARED)),
    ("D17", facts({"loss": [0.0, 0.0, 0.0]})),
    ("D18", facts({}, weights={"layers": {"hidden": {"update": [40.0]}}})),
    ("D19", facts({}, **ended(epoch_seconds=[9.0] + [2.0 + at / 2 for at in range(16)]))),
    (
        "D20",
        with_callbacks(
            facts({"val_loss": [0.5, 0.6, 0.7, 0.8]}, **ended())
            | {"params": {"fit": {"epochs": 50}}},
            EarlyStopping={"monitor": "val_loss", "patience": 3},
        ),
    ),
    ("WASTE01", facts({"loss": falling(20), "val_loss": HEART}, **ended())),
    ("WASTE02", facts({"loss": [1.0, NAN, NAN, NAN]})),
]
SOUND: list[tuple[str, dict[str, Any]]] = [
    ("a sound training", facts({
        "loss": falling(30), "val_loss": falling(30, 2.3, 0.2, 0.05),
        "accuracy": along(30, lambda at: 1 - 0.9 * 0.9**at, 0.005),
        "val_accuracy": along(30, lambda at: 1 - 0.9 * 0.91**at, 0.01),
    }, {"loss": [2.5, 2.4, 2.3]}, **ended(epoch_seconds=[9.0] + [2.0] * 29, data_wait=0.1))),
    ("one epoch", facts({"loss": [2.3], "val_loss": [2.2]}, {"loss": [2.9]}, **ended())),
    ("a warm-up that stands still", facts({"loss": STILL[:5], "accuracy": [0.1] * 5})),
    ("the losses of a GAN", facts(
        {"d_loss": ZIGZAG, "g_loss": along(24, lambda at: 0.1 * 1.4**at)}, {"d_loss": [9.0]},
        loss=None,
    )),
    ("a reward that is a loss", facts({"loss": along(40, math.sin, 0.3)}, loss=None)),
    ("a bound that falls below zero", facts({"loss": [5.0, 0.5, -3.0, -9.0, -9.1]}, **SQUARED)),
    ("a metric without a number", facts({"loss": falling(6), "iou": [NAN] * 6})),
    ("a validation without a number", facts({"loss": falling(6), "val_loss": [NAN] * 6})),
    ("a loss that recovered", facts({"loss": [1.0, math.inf, 0.8, 0.7]})),
    ("a start with weights of classes", facts({}, {"loss": [61.0]}) | {
        "params": {"fit": {"class_weight": {"0": 50}}}}),
    ("a start with a penalty", facts({}, {"loss": [61.0]}, layers=[
        layer(settings={"kernel_regularizer": {"class": "L2"}})])),
    ("a rare class that is learned slowly", facts({
        "loss": falling(12, 0.6, 0.3, 0.0), "accuracy": [0.9] * 12}, units=2)),
    ("a fine-tuning that changes little", facts({
        "loss": falling(12, 0.31, 0.29, 0.001), "accuracy": [0.91] * 12,
        "val_loss": along(12, lambda _: 0.33, 0.01)}, {"loss": [0.32]})),
    ("noise that nothing can explain", facts(
        {"loss": along(12, lambda _: 0.5, 0.002)}, target=NUMBERS, **SQUARED)),
    ("a loss that flickers near zero", facts({"loss": [2.0, *along(30, lambda _: 1e-4, 0.6)]})),
    ("a loss clipped at the end", facts({"loss": [2.0, 1.0] + [1.192e-07] * 9})),
    ("a margin that is reached", facts({"loss": [0.7, 0.1, 0.0, 0.0, 0.0]})),
    ("a validation that is noisy", facts({
        "loss": falling(30), "val_loss": along(30, lambda _: 1.0, 0.2)})),
    ("too sure but right more often", facts({
        "loss": falling(20), "val_loss": HEART,
        "val_accuracy": along(20, lambda at: 0.5 + at / 100)})),
    ("stopped early", with_callbacks(
        facts({"loss": falling(20), "val_loss": HEART}, **ended()) | {}, EarlyStopping={})),
    ("the best weights are kept", with_callbacks(
        facts({"loss": falling(20), "val_loss": HEART}), ModelCheckpoint={"save_best_only": True})),
    ("dropout", facts(
        {"loss": falling(12), "accuracy": [0.7] * 12, "val_accuracy": [0.9] * 12},
        layers=[layer("drop", "Dropout")])),
    ("an accuracy that lags while it rises", facts({
        "loss": falling(12), "accuracy": [at / 12 for at in range(12)],
        "val_accuracy": [(at + 1) / 12 for at in range(12)]})),
    ("a frozen layer", facts({}, layers=[layer("a"), layer("b", trainable=False)], weights={
        "layers": {"a": {"update": [0.2, 0.1]}, "b": {"update": [0.0, 0.0]}}})),
    ("a layer that learned and came to rest", facts({}, layers=[layer("a"), layer("b")], weights={
        "layers": {"a": {"update": [0.2, 0.1, 0.1]}, "b": {"update": [0.1, 0.0, 0.0]}}})),
    ("a learning rate that is meant to end at zero", facts({
        "loss": falling(9), "learning_rate": [1e-3] * 5 + [1e-9] * 4})),
    ("a short training that waits", facts({}, **ended(seconds=2.0, data_wait=0.9))),
    ("one slow epoch", facts({}, **ended(epoch_seconds=[2.0] * 15 + [30.0, 2.0]))),
    ("nothing at all", {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "document"), FAULTS, ids=[rule for rule, _ in FAULTS])
def test_fault_is_found_by_its_rule(rule: str, document: dict[str, Any]) -> None:
    assert rule in found(document)


@pytest.mark.parametrize(("name", "document"), SOUND, ids=[name for name, _ in SOUND])
def test_nothing_is_found_in(name: str, document: dict[str, Any]) -> None:
    assert found(document, "error") + found(document, "warn") == []


def test_every_rule_of_trainings_has_a_fault_here() -> None:
    load()
    assert {one.id for one in RULES.values() if one.dynamic} == {rule for rule, _ in FAULTS}


def test_first_odd_batch_is_told() -> None:
    document = facts({"loss": [2.3, NAN]})
    document["curves"]["batch"] = {"loss": {"steps": [0, 1, 57], "values": [2.3, 2.2, "NaN"]}}
    (finding,) = [one for one in check(document, dynamic=True) if one.id == "D01"]
    assert finding.where == {"metric": "loss", "step": 57, "epoch": 1}


def test_spoiled_facts_find_nothing_and_raise_nothing() -> None:
    for spoiled in (None, [], "x", {"steps": "a", "values": 3}, {"steps": [None], "values": [{}]}):
        document = facts({"loss": [1.0]})
        document["curves"] = {"epoch": {"loss": spoiled, "val_loss": spoiled}, "batch": spoiled}
        document["weights"] = spoiled
        document["run"] = spoiled
        assert found(document) == []


def test_of_dead_layers_the_last_is_named() -> None:
    document = facts(
        {},
        layers=[layer("first", activation="relu"), layer("dead", activation="relu"), layer("b")],
        weights={
            "layers": {
                "dead": {"still": [1.0, 1.0]},
                "first": {"still": [1.0, 1.0]},
                "b": {"still": [0.0, 0.0]},
            }
        },
    )
    dead = [one for one in check(document, dynamic=True) if one.id == "D09"]
    assert [one.where["layer"] for one in dead] == ["dead"]
