"""Layers of the model and how they are connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .reading import Json, listing, mapping, shape, text, truth, whole

Shape = tuple[int | None, ...]
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
# Layers that are nothing but an activation, by its name.
ACTIVATIONS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
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
            activation=ACTIVATIONS.get(kind) or text(row.get("activation")),
            settings=mapping(row.get("settings")),
            own=row.get("own") is True,
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
    """Which layer hands on to which, inner models included; nothing where it is not known."""

    def __init__(self, model: Mapping[str, Json]) -> None:
        rows = [row for row in listing(model.get("layers")) if isinstance(row, Mapping)]
        self.layers = tuple(Layer.read(row) for row in rows)
        self._edges = [*_pairs(model.get("edges"))]
        for inner in mapping(model.get("inner_edges")).values():
            self._edges += _pairs(inner)

    @cached_property
    def by_name(self) -> Mapping[str, Layer]:
        """The layers by their names."""
        return {layer.name: layer for layer in self.layers}

    @property
    def is_known(self) -> bool:
        """Whether anything is known of how the layers are connected."""
        return bool(self._edges)

    def before(self, layer: Layer) -> list[Layer]:
        """The layers whose outputs `layer` gets."""
        return [self.by_name[one] for one in self._sources.get(layer.name, ())]

    def after(self, layer: Layer) -> list[Layer]:
        """The layers that get what `layer` gives."""
        return [self.by_name[one] for one in self._targets.get(layer.name, ())]

    @cached_property
    def _sources(self) -> Mapping[str, list[str]]:
        return self._grouped((target, source) for source, target in self._edges)

    @cached_property
    def _targets(self) -> Mapping[str, list[str]]:
        return self._grouped(iter(self._edges))

    def _grouped(self, pairs: Json) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, other in pairs:
            if other in self.by_name:
                found.setdefault(name, []).append(other)
        return found


def _pairs(edges: Json) -> list[tuple[str, str]]:
    return [
        (str(edge[0]), str(edge[1]))
        for edge in listing(edges)
        if isinstance(edge, (list, tuple)) and len(edge) == 2
    ]
