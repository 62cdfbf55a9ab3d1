"""How layers are connected, and what the outputs are, by the model's document."""

from typing import Any

import pytest

from ahnb_client.linting.facts import Facts
from tests.ahnb_client.linting.programs import facts_of


def dense(name: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of the table of layers."""
    shape = {"input_shape": [None, 4], "output_shape": [None, 2]}
    return {"name": name, "class": "Dense", "parent": parent, "activation": "linear"} | shape | more


def model(**parts: Any) -> Facts:
    """The facts of a functional model."""
    plain = {"kind": "functional", "module": "keras.src.models.functional"}
    return Facts({"model": plain | parts})


def test_layers_of_one_name_in_two_models_are_two() -> None:
    rows = [dense("in"), dense("a"), dense("head", "a"), dense("head")]
    rows[1]["class"] = "Sequential"
    facts = model(
        layers=rows,
        edges=[["in", "a"], ["a", "head"]],
        inner_edges={"a": [["in", "head"]]},
        output_layers=["head"],
    )
    outer = facts.graph.by_name["head"]
    assert outer.parent is None
    assert [one.name for one in facts.graph.before(outer)] == ["a"]
    assert [head.layer for head in facts.heads] == [outer]


def test_operations_stand_between_layers() -> None:
    facts = model(
        layers=[dense("a"), dense("b")],
        operations=[{"name": "add", "class": "Add", "parent": None}],
        edges=[["a", "add"], ["add", "b"]],
    )
    (between,) = facts.graph.after(facts.graph.by_name["a"])
    assert (between.kind, between.is_operation) == ("Add", True)
    assert facts.graph.next(facts.graph.by_name["a"]) == [between]


def test_output_of_an_inner_model_is_its_last_layer() -> None:
    facts = model(
        layers=[
            dense("in", **{"class": "InputLayer"}),
            dense("tail", **{"class": "Sequential"}),
            dense("first", "tail"),
            dense("last", "tail", activation="sigmoid"),
        ],
        edges=[["in", "tail"]],
        inner_edges={"tail": [["first", "last"]]},
        output_layers=["tail"],
        compile={"loss": {"tail": "bce"}, "loss_config": {"tail": "bce"}},
    )
    (head,) = facts.heads
    assert (head.name, head.activation, head.loss) == ("tail", "sigmoid", "binary_crossentropy")
    assert head.layer is not None
    assert head.layer.name == "last"


def test_circles_come_to_an_end() -> None:
    facts = model(
        layers=[dense("a", **{"class": "Dropout"}), dense("b", **{"class": "Dropout"})],
        edges=[["a", "b"], ["b", "a"]],
    )
    assert facts.graph.next(facts.graph.by_name["a"]) == []


def test_subclassed_model_has_no_outputs() -> None:
    facts = Facts({"model": {"kind": "subclassed", "layers": [dense("a"), dense("b")]}})
    assert facts.heads == ()
    assert not facts.graph.is_known


def test_one_layer_with_two_outputs_is_no_head() -> None:
    assert model(layers=[dense("a")], output_layers=["a"], outputs=[{}, {}]).heads == ()


@pytest.mark.parametrize(
    ("schedule", "config", "peak"),
    [
        ("ExponentialDecay", {"initial_learning_rate": 0.1}, 0.1),
        ("CosineDecay", {"initial_learning_rate": 0.0, "warmup_target": 0.2}, 0.2),
        ("PiecewiseConstantDecay", {"values": [0.1, 0.3, 0.01]}, 0.3),
        ("MyWarmUp", {"initial_learning_rate": 0.1}, None),
    ],
)
def test_peak_of_a_schedule(schedule: str, config: dict[str, Any], peak: float | None) -> None:
    given = {"class_name": schedule, "config": config}
    optimizer = {"class_name": "Adam", "learning_rate": 0.0, "schedule": given}
    rate = Facts({"params": {"optimizer": optimizer}}).rate
    assert rate.peak == peak
    assert rate.is_told is (peak is not None)


def test_callback_of_ones_own_may_change_the_rate() -> None:
    optimizer = {"class_name": "Adam", "learning_rate": 0.5, "epsilon": 1e-7}
    for name, is_told in (("EarlyStopping_2", True), ("LearningRateScheduler", False)):
        facts = Facts({"params": {"optimizer": optimizer, "callbacks": {name: {}}}})
        assert facts.rate.is_told is is_told


@pytest.mark.keras
def test_targets_of_an_own_training_step_are_unknown() -> None:
    program = """
class Own(keras.Model):
    pass

given = keras.Input((8,))
model = Own(given, layers.Dense(1)(given))
model.compile("adam", "mse")
model.fit(x, prices)
"""
    (own,) = Facts(facts_of(program)).heads
    (plain,) = Facts(facts_of(program.replace("Own(given", "keras.Model(given"))).heads
    assert own.target is None
    assert plain.target is not None
