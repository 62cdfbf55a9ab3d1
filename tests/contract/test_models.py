"""Real models of five families, recorded by the client: what the server says of them is right.

Keras itself tells the counts (`programs/families.py`); the multiply-adds are worked out by hand
beside each number.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from runs.pages.architecture.card import card_of
from runs.pages.architecture.costs import Costs, WeightsOfType, costs_of, weights_of
from runs.pages.architecture.graph import Graph, graph_of
from runs.pages.architecture.reading import Architecture, Shape, architecture_of
from runs.pages.architecture.slots import slots_of
from tests.contract.stage import Stage
from tests.contract.trainings import Nursery

pytestmark = [pytest.mark.keras, pytest.mark.django_db]

FAMILIES = (
    "dense",
    "dense-wider",
    "convolutional",
    "convolutional-deeper",
    "recurrent",
    "residual",
    "transformer",
)


class Told:
    """What Keras said of the models, and the documents that the server has of them."""

    def __init__(self, truth: Mapping[str, Any], stage: Stage) -> None:
        self.families = truth["families"]
        self.optimizers = truth["optimizers"]
        self.documents = {
            name: stage.run(said["run"])["model"] for name, said in self.families.items()
        }

    def model(self, name: str) -> Architecture:
        return architecture_of(self.documents[name])

    def costs(self, name: str) -> Costs:
        return costs_of(self.model(name))

    def work(self, name: str) -> dict[str, int | None]:
        """The multiply-adds of each layer, those that are nothing left out."""
        model, costs = self.model(name), self.costs(name)
        counts = {layer.name: costs.of[layer.place].multiply_adds for layer in model.layers}
        return {layer: count for layer, count in counts.items() if count != 0}


@pytest.fixture(scope="module")
def told(shared_stage: Stage, nursery: Nursery) -> Told:
    shared_stage.nursery = nursery
    training = shared_stage.train("families")
    assert training.wait() == 0, training.errors
    return Told(json.loads(training.read("families.json")), shared_stage)


@pytest.mark.parametrize("name", FAMILIES)
def test_counts_are_those_of_keras(told: Told, name: str) -> None:
    said, document = told.families[name], told.documents[name]
    assert document["parameters"] == said["parameters"]
    assert document["trainable_parameters"] == said["trainable"]
    model = told.model(name)
    outer = {layer.name: layer.parameters for layer in model.layers if layer.parent is None}
    assert outer == said["layers"] | {layer: 0 for layer in outer if layer not in said["layers"]}
    (weights,) = weights_of(model)
    count, trainable = said["parameters"], said["trainable"]
    assert weights == WeightsOfType("float32", count, trainable, 4 * count)


@pytest.mark.parametrize("name", FAMILIES)
def test_slots_are_what_the_optimizer_kept(told: Told, name: str) -> None:
    document = told.documents[name]
    slots = slots_of(document["compile"], weights_of(told.model(name)))
    assert slots is not None
    assert slots.bytes == told.families[name]["slots"]


def test_slots_of_every_optimizer_are_those_of_keras(told: Told) -> None:
    ten = [WeightsOfType("float32", 10, 10, 40)]
    for said in told.optimizers:
        slots = slots_of({"optimizer_config": said["serialized"]}, ten)
        assert slots is not None
        assert (slots.optimizer, slots.each) == (said["serialized"]["class_name"], said["each"])


def shapes(model: Architecture) -> list[Shape]:
    return [layer.outputs[0][1:] for layer in model.layers]


def test_dense(told: Told) -> None:
    assert shapes(told.model("dense")) == [(4,), (4,), (3,)]
    assert list(told.work("dense").values()) == [6 * 4, 4 * 3]
    costs = told.costs("dense")
    assert (costs.multiply_adds, costs.activations) == (36, 4 + 4 + 3)
    assert (costs.uncounted, costs.unmeasured) == ((), ())


def test_one_more_unit(told: Told) -> None:
    assert told.costs("dense-wider").multiply_adds == 6 * 5 + 5 * 3
    counts = [told.documents[name]["parameters"] for name in ("dense", "dense-wider")]
    assert counts == [7 * 4 + 5 * 3, 7 * 5 + 6 * 3]


def test_convolutional(told: Told) -> None:
    model = told.model("convolutional")
    assert shapes(model)[2:6] == [(6, 6, 8), (6, 6, 8), (4, 4, 10), (8, 8, 4)]
    assert list(told.work("convolutional").values()) == [
        12 * 12 * (3 * 3 * 3) * 8,
        12 * 12 * 8,
        6 * 6 * (3 * 3) * 8,
        4 * 4 * (3 * 3 * 8 + 8 * 10),
        4 * 4 * (2 * 2 * 10) * 4,
        4 * 2,
    ]
    assert told.costs("convolutional").multiply_adds == 39_848


def test_one_more_layer(told: Told) -> None:
    before, after = (told.costs(f"convolutional{which}") for which in ("", "-deeper"))
    assert after.multiply_adds - before.multiply_adds == 6 * 6 * (3 * 3 * 8) * 8
    assert after.activations - before.activations == 6 * 6 * 8
    layers = [len(told.model(f"convolutional{which}").layers) for which in ("", "-deeper")]
    assert layers == [8, 9]


def test_recurrent(told: Told) -> None:
    assert shapes(told.model("recurrent")) == [(7, 5), (7, 8), (7, 6), (3,), (2,)]
    assert list(told.work("recurrent").values()) == [
        2 * 7 * 4 * 4 * (5 + 4),
        7 * 8 * 6,
        7 * 3 * 3 * (6 + 3),
        3 * 2,
    ]
    assert told.costs("recurrent").uncounted == ()


def test_residual(told: Told) -> None:
    assert told.work("residual") == {
        **dict.fromkeys(("stem", "first", "second"), 8 * 8 * (3 * 3 * 4) * 4),
        "normal": 8 * 8 * 4,
        "twin": 2 * 4 * 4,
        "kind": 4 * 2,
        "price": 4,
    }
    frozen = [layer.name for layer in told.model("residual").layers if layer.is_frozen]
    assert frozen == ["second"]
    graph = graph_of(told.model("residual"))
    assert edges_of(graph) == {
        ("image", "stem"),
        ("stem", "first"),
        ("first", "normal"),
        ("normal", "second"),
        ("stem", "joined"),
        ("second", "joined"),
        ("joined", "pooled"),
        ("pooled", "twin"),
        ("twin", "kind"),
        ("twin", "price"),
    }
    assert {box.names[0] for box in graph.boxes if box.gives_output} == {"kind", "price"}


def edges_of(graph: Graph) -> set[tuple[str, str]]:
    names = [box.names[0] for box in graph.boxes]
    return {(names[source], names[target]) for source, target in graph.arrows}


def test_transformer(told: Told) -> None:
    work = told.work("transformer")
    projected, paired = 4 * (6 * 8 * 2 * 4), 2 * (6 * 6 * 2 * 4)
    within = {
        "calm": 2 * 6 * 8,
        "attention": projected + paired,
        "calm_again": 2 * 6 * 8,
        "wide": 6 * 8 * 16,
        "narrow": 6 * 16 * 8,
    }
    assert within.items() <= work.items()
    assert (work["block"], work["head"]) == (sum(within.values()), 8 * 2)
    costs = told.costs("transformer")
    assert (costs.multiply_adds, costs.uncounted) == (3_856, ())


def test_models_within_a_model(told: Told) -> None:
    model = told.model("transformer")
    assert edges_of(graph_of(model)) == {
        ("tokens", "meaning"),
        ("meaning", "block"),
        ("block", "head"),
    }
    block = next(layer for layer in model.layers if layer.name == "block")
    inner = graph_of(model, block)
    edges = edges_of(inner)
    assert {("calm", "attention"), ("attention", "sum"), ("sum", "calm_again")} <= edges
    (addition,) = (box for box in inner.boxes if box.kinds == ("Add",) and not box.first)
    assert {source for source, target in edges if target == addition.names[0]} == {"sum", "narrow"}
    assert addition.made[1:] == (6, 8)


def test_the_card_tells_the_sums(told: Told) -> None:
    facts = {fact.name: fact for fact in card_of(told.documents["residual"]).facts}
    assert facts["Multiply-adds per sample"].value == "27,948"
    assert (
        facts["Parameters"].note == f"{told.families['residual']['trainable']} trainable, 156 fixed"
    )
    kept = facts["Optimizer"].note
    assert kept == "AdamW keeps 3 numbers for each trainable parameter"
