"""The outputs of a model, each with its loss and its targets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .layers import PASSING, Graph, Layer
from .reading import Json, listing, mapping, text
from .samples import Sample

# Names that Keras takes for the same loss.
_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "huber_loss": "huber",
}


@dataclass(frozen=True)
class Head:
    """One output of the model.

    Attributes:
        layer: what gives the output; None where the model does not tell.
        activation: what the output went through last, ``linear`` for nothing, None if unknown.
        units: the length of the output's last axis.
        loss: in the form ``sparse_categorical_crossentropy``; None for none or one's own.
        loss_settings: of the loss object, ``{"from_logits": True}``.
        target: the statistics of its labels.
        output_shape: with None for an axis of unknown length.
        metrics: names of its metrics, as they were given to compile.
    """

    name: str
    layer: Layer | None
    activation: str | None
    output_shape: tuple[int | None, ...] | None
    loss: str | None
    loss_settings: Mapping[str, Json]
    target: Sample | None
    metrics: tuple[str, ...] = ()

    @property
    def units(self) -> int | None:
        """The length of the output's last axis."""
        return self.output_shape[-1] if self.output_shape else None

    @property
    def from_logits(self) -> bool:
        """Whether the loss applies the activation itself."""
        return self.loss_settings.get("from_logits") is True


def heads_of(
    model: Mapping[str, Json], graph: Graph, samples: Mapping[str, Sample]
) -> tuple[Head, ...]:
    """The outputs in the model's order; of a subclassed model the one that its last layer gives.

    A model of whose outputs nothing is known has none.
    """
    layers = _output_layers(model, graph)
    compiled = mapping(model.get("compile"))
    names = [layer.name for layer in layers]
    losses = [_part(compiled.get("loss_config"), names, place) for place in range(len(names))]
    if not any(losses):  # a client that tells names alone
        losses = [_part(compiled.get("loss"), names, place) for place in range(len(names))]
    metrics = [_part(compiled.get("metrics"), names, place) for place in range(len(names))]
    return tuple(
        Head(
            name=layer.name,
            layer=layer,
            activation=_last_activation(layer, graph),
            output_shape=layer.output_shape,
            loss=_loss_name(losses[place]),
            loss_settings=mapping(losses[place], "config"),
            target=_target(samples, layer.name, place, len(names)),
            metrics=_names(metrics[place]),
        )
        for place, layer in enumerate(layers)
    )


def _output_layers(model: Mapping[str, Json], graph: Graph) -> list[Layer]:
    named = [name for name in listing(model.get("output_layers")) if isinstance(name, str)]
    known = [graph.by_name[name] for name in named if name in graph.by_name]
    if known:
        return known
    outermost = [layer for layer in graph.layers if layer.parent is None]
    return outermost[-1:] if graph.is_known else []


def _last_activation(layer: Layer, graph: Graph) -> str | None:
    """Follow the way back over what only hands on."""
    for _ in range(len(graph.layers)):
        if layer.own or layer.kind in ("Lambda", "TFOpLambda"):
            return None
        if layer.activation not in (None, "linear"):
            return layer.activation
        if layer.is_weighted:
            return "linear"
        before = graph.before(layer)
        passes = layer.kind in PASSING or layer.is_activation
        if not passes or len(before) != 1:
            return None
        layer = before[0]
    return None


def _part(given: Json, names: Sequence[str], place: int) -> Json:
    """What compile was given for one output: alone, in a list, or by name."""
    if isinstance(given, Mapping) and "class_name" not in given:
        return given.get(names[place])
    if isinstance(given, (list, tuple)):
        if len(names) == 1 and len(given) != 1:
            return list(given)
        return given[place] if place < len(given) else None
    return given


def _loss_name(given: Json) -> str | None:
    """``BinaryCrossentropy`` and ``bce`` are ``binary_crossentropy``."""
    if isinstance(given, Mapping):
        kind, config = given.get("class_name"), given.get("config")
        given = config if kind == "function" else kind
    name = text(given)
    if name is None:
        return None
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:100]).lower()
    return _SHORT.get(snake, snake)


def _names(given: Json) -> tuple[str, ...]:
    found = listing(given) if not isinstance(given, str) else (given,)
    return tuple(name for name in found if isinstance(name, str))


def _target(samples: Mapping[str, Sample], name: str, place: int, heads: int) -> Sample | None:
    named = samples.get(f"y.{name}") or samples.get(f"y.{place}")
    return named or (samples.get("y") if heads == 1 else None)
