"""The outputs of a model, each with its loss and its targets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    "kldivergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}


_DEPTH = 32


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
        metric_settings: of those that were given as objects, by these names.
    """

    name: str
    layer: Layer | None
    activation: str | None
    output_shape: tuple[int | None, ...] | None
    loss: str | None
    loss_settings: Mapping[str, Json]
    target: Sample | None
    metrics: tuple[str, ...] = ()
    metric_settings: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

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
    """The outputs in the model's order.

    A subclassed model has none: what its `call` does is unknown. Of a model of a person's own
    class the targets are unknown: its training step may make them itself.
    """
    outputs = _output_layers(model, graph)
    layers = [_innermost(layer, graph) for layer in outputs]
    compiled = mapping(model.get("compile"))
    names = [layer.name for layer in outputs]
    losses = _parts(compiled.get("loss_config"), names)
    if not any(losses):  # a client that tells names alone
        losses = _parts(compiled.get("loss"), names)
    metrics = _parts(compiled.get("metrics"), names)
    objects = _parts(compiled.get("metrics_config"), names)
    known = samples if is_plain(model) else {}
    return tuple(
        Head(
            name=names[place],
            layer=layer,
            activation=_last_activation(layer, graph),
            output_shape=layer.output_shape,
            loss=_loss_name(losses[place]),
            loss_settings=mapping(losses[place], "config"),
            target=_target(known, names[place], place, len(names)),
            metrics=_names(metrics[place]),
            metric_settings=_settings(objects[place]),
        )
        for place, layer in enumerate(layers)
    )


def is_plain(model: Mapping[str, Json]) -> bool:
    """Whether the model is of one of Keras' own classes, which train as `compile` says."""
    module = text(model.get("module"))
    return module is None or module.startswith(("keras.", "tf_keras."))


def _output_layers(model: Mapping[str, Json], graph: Graph) -> list[Layer]:
    named = [name for name in listing(model.get("output_layers")) if isinstance(name, str)]
    known = [graph.by_name[name] for name in named if name in graph.by_name]
    outputs = listing(model.get("outputs"))
    if named:
        # Which output is which is not told where a layer has several or an operation gives one.
        is_told = len(known) == len(named) and len(outputs) in (0, len(named))
        return known if is_told else []
    outermost = [layer for layer in graph.layers if layer.parent is None]
    is_chain = model.get("kind") == "sequential"
    return outermost[-1:] if is_chain else []


def _innermost(layer: Layer, graph: Graph) -> Layer:
    """The layer that gives the output of an inner model, if there is one such."""
    for _ in range(_DEPTH):
        if layer.kind not in ("Sequential", "Functional", "Model"):
            break
        held = graph.holders.get(layer.name, ())
        ends = [one for one in held if not graph.after(one)]
        if len(ends) != 1 or ends[0].is_operation:
            break
        layer = ends[0]
    return layer


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
        if not passes or len(before) != 1 or layer.is_operation:
            return None
        layer = before[0]
    return None


def _parts(given: Json, names: Sequence[str]) -> list[Json]:
    return [_part(given, names, place) for place in range(len(names))]


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


def _settings(given: Json) -> dict[str, Mapping[str, Json]]:
    found = listing(given) if not isinstance(given, Mapping) else (given,)
    objects = [one for one in found if isinstance(one, Mapping)]
    return {str(one.get("class_name")): mapping(one, "config") for one in objects}


def _target(samples: Mapping[str, Sample], name: str, place: int, heads: int) -> Sample | None:
    named = samples.get(f"y.{name}") or samples.get(f"y.{place}")
    return named or (samples.get("y") if heads == 1 else None)
