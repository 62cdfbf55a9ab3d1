"""Layers of the model and how they are connected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .reading import Json, listing, mapping, shape, text, truth, whole

Shape = tuple[int | None, ...]
Key = tuple[str | None, str]  # the holder and the name
# What holds a kernel that a linear map is made of.
WEIGHTED = (
    "Dense",
    "EinsumDense",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "SeparableConv1D",
    "SeparableConv2D",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
)
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM2D")
# Hand on what they get, in another form or not always.
PASSING = (
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianNoise",
    "Flatten",
    "Reshape",
    "Permute",
    "RepeatVector",
    "Identity",
    "ActivityRegularization",
)
# Layers that are nothing but an activation, by its name; also given as an activation.
ACTIVATIONS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}
# The same as an operation between layers, ``keras.ops.relu(x)``.
_OPERATIONS = ACTIVATIONS | {
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Gelu": "gelu",
    "Silu": "silu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "LogSoftmax": "log_softmax",
}


@dataclass(frozen=True)
class Layer:
    """One row of the layer table; what is unknown is None.

    Attributes:
        kind: the name of its class, ``Dense``.
        activation: the name, also of a layer that is nothing but an activation.
        parent: the name of the model or block that holds it.
        settings: its configuration; initializers and the like are ``{"class": …, …}``.
        own: of a person's own class: what it does is unknown.
        calls: how often it is called.
        is_operation: it is no layer but an operation between layers, as ``x + y``.
    """

    name: str
    kind: str
    parent: str | None = None
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    parameters: int | None = None
    trainable_parameters: int | None = None
    trainable: bool | None = None
    dtype: str | None = None
    activation: str | None = None
    settings: Mapping[str, Json] = field(default_factory=dict)
    own: bool = False
    calls: int = 1
    is_operation: bool = False

    @classmethod
    def read(cls, row: Mapping[str, Json]) -> Layer:
        """The layer of one row of the table."""
        kind = text(row.get("class")) or ""
        return cls(
            name=text(row.get("name")) or "",
            kind=kind,
            parent=text(row.get("parent")),
            input_shape=shape(row.get("input_shape")) or None,
            output_shape=shape(row.get("output_shape")) or None,
            parameters=whole(row.get("parameters")),
            trainable_parameters=whole(row.get("trainable_parameters")),
            trainable=truth(row.get("trainable")),
            dtype=text(row.get("dtype")),
            activation=ACTIVATIONS.get(kind) or _activation(row.get("activation")),
            settings=mapping(row.get("settings")),
            own=row.get("own") is True,
            calls=whole(row.get("calls")) or 1,
        )

    @classmethod
    def operation(cls, row: Mapping[str, Json]) -> Layer:
        """An operation between layers, told of in ``operations``."""
        kind = text(row.get("class")) or ""
        return cls(
            name=text(row.get("name")) or "",
            kind=kind,
            parent=text(row.get("parent")),
            output_shape=shape(row.get("output_shape")) or None,
            activation=_OPERATIONS.get(kind),
            is_operation=True,
        )

    @property
    def units(self) -> int | None:
        """The length of the last axis of its output."""
        return self.output_shape[-1] if self.output_shape else None

    @property
    def is_weighted(self) -> bool:
        """Whether it is a linear map with a kernel, before its activation."""
        return self.kind in WEIGHTED

    @property
    def is_linear(self) -> bool:
        """Whether it is known to have no activation of its own."""
        return self.activation in (None, "linear") and not self.own

    @property
    def is_activation(self) -> bool:
        """Whether it is nothing but an activation."""
        return self.kind == "Activation" or self.kind in ACTIVATIONS


class Graph:
    """Which layer hands on to which, inner models included; nothing where it is not known.

    Names are unique within one model only: an inner model's edges join what it holds.
    """

    def __init__(self, model: Mapping[str, Json]) -> None:
        self.layers = tuple(map(Layer.read, _rows(model.get("layers"))))
        operations = map(Layer.operation, _rows(model.get("operations")))
        self._nodes = {(one.parent, one.name): one for one in (*operations, *self.layers)}
        self._sources: dict[Key, list[Layer]] = {}
        self._targets: dict[Key, list[Layer]] = {}
        is_joined = self._join(None, model.get("edges"))
        self.is_known = is_joined or model.get("kind") == "sequential"  # of a single layer
        for holder, edges in mapping(model.get("inner_edges")).items():
            self._join(holder, edges)

    @cached_property
    def by_name(self) -> Mapping[str, Layer]:
        """The layers by their names, the outermost of those of one name."""
        outermost_last = sorted(self.layers, key=lambda layer: layer.parent is None)
        return {layer.name: layer for layer in outermost_last}

    @cached_property
    def holders(self) -> Mapping[str, tuple[Layer, ...]]:
        """What the inner models and blocks hold, by their names."""
        found: dict[str, list[Layer]] = {}
        for layer in self.layers:
            if layer.parent is not None:
                found.setdefault(layer.parent, []).append(layer)
        return {name: tuple(layers) for name, layers in found.items()}

    def before(self, layer: Layer) -> list[Layer]:
        """The layers and operations whose outputs `layer` gets."""
        return self._sources.get(_key(layer), [])

    def after(self, layer: Layer) -> list[Layer]:
        """The layers and operations that get what `layer` gives."""
        return self._targets.get(_key(layer), [])

    def starts(self) -> list[Layer]:
        """The outermost layers that get nothing from another: inputs, or a first layer."""
        outermost = [layer for layer in self.layers if layer.parent is None]
        return [layer for layer in outermost if not self.before(layer)]

    def next(self, layer: Layer, over: Collection[str] = PASSING) -> list[Layer]:
        """What `layer` hands on to, past layers of a kind in `over`; in their order, each once."""
        return self._reached(self.after, layer, over)

    def previous(self, layer: Layer, over: Collection[str] = PASSING) -> list[Layer]:
        """What hands on to `layer`, past layers of a kind in `over`."""
        return self._reached(self.before, layer, over)

    def _reached(
        self, follow: Callable[[Layer], list[Layer]], start: Layer, over: Collection[str]
    ) -> list[Layer]:
        found: dict[Key, Layer] = {}
        seen: set[Key] = set()
        waiting = list(follow(start))
        while waiting:
            layer = waiting.pop(0)
            if _key(layer) in seen:
                continue
            seen.add(_key(layer))
            further = follow(layer) if layer.kind in over and not layer.is_operation else []
            waiting += further
            if not further:
                found[_key(layer)] = layer
        return list(found.values())

    def _join(self, holder: str | None, edges: Json) -> bool:
        """Take up the edges of one model; whether it has any."""
        pairs = [edge for edge in listing(edges) if len(listing(edge)) == 2]
        for edge in pairs:
            source, target = (self._node(holder, name) for name in edge)
            if source is not None and target is not None:
                self._targets.setdefault(_key(source), []).append(target)
                self._sources.setdefault(_key(target), []).append(source)
        return bool(pairs)

    def _node(self, holder: str | None, name: Json) -> Layer | None:
        if not isinstance(name, str):
            return None
        # A layer that two models share stands in the table once.
        return self._nodes.get((holder, name)) or self.by_name.get(name)


def _rows(rows: Json) -> list[Mapping[str, Json]]:
    return [row for row in listing(rows) if isinstance(row, Mapping)]


def _key(layer: Layer) -> Key:
    return layer.parent, layer.name


def _activation(value: Json) -> str | None:
    name = text(value)
    return None if name is None else ACTIVATIONS.get(name, name)
