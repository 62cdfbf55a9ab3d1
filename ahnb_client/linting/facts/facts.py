"""The facts of one training, as rules read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property

from .curves import Curve
from .heads import Head, heads_of, is_plain
from .layers import Graph, Layer
from .rates import Rate, rate_of
from .reading import Json, mapping, number, whole
from .samples import Sample


class Facts:
    """One document of facts; `docs/linting.md` describes it.

    Parts: ``model`` (event `model`), ``params`` (event `params`), ``data`` (event `data` with
    ``statistics``), ``curves`` (``epoch`` and ``batch``: metric -> ``{steps, values}``),
    ``weights`` (what became of them), ``environment``, ``run`` (status, times, seeds).
    """

    def __init__(self, document: Mapping[str, Json] | None) -> None:
        self.document = mapping(document)
        self._curves: dict[tuple[str, str], Curve | None] = {}

    def at_present(self, document: Mapping[str, Json]) -> Facts:
        """Facts of the same model, arguments and data; what the training did is read anew."""
        later = copy(self)
        later.document, later._curves = document, {}
        return later

    # The model

    @cached_property
    def model(self) -> Mapping[str, Json]:
        """The model's document, empty where there is none."""
        return mapping(self.document, "model")

    @cached_property
    def graph(self) -> Graph:
        """The layers and how they are connected."""
        return Graph(self.model)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, nested ones right after what holds them."""
        return self.graph.layers

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The outputs, each with its loss and targets."""
        return heads_of(self.model, self.graph, self.samples)

    @property
    def is_plain(self) -> bool:
        """Whether the model is of Keras' own classes, which train as `compile` says."""
        return is_plain(self.model)

    # What compile and fit were given

    @property
    def optimizer(self) -> Mapping[str, Json]:
        """``class_name``, ``learning_rate``, ``schedule`` and the other settings."""
        return mapping(self.document, "params", "optimizer")

    @property
    def fit(self) -> Mapping[str, Json]:
        """``epochs``, ``batch_size``, ``steps``, ``shuffle``, ``validation_split`` …"""
        return mapping(self.document, "params", "fit")

    @property
    def compiled(self) -> Mapping[str, Json]:
        """What compile was given: ``loss``, ``metrics``, ``run_eagerly`` …"""
        return mapping(self.model, "compile")

    @property
    def callbacks(self) -> Mapping[str, Json]:
        """Settings of the other callbacks, by the name of their class."""
        return mapping(self.document, "params", "callbacks")

    @cached_property
    def rate(self) -> Rate:
        """The learning rate, as far as settings tell it."""
        return rate_of(self.optimizer, self.callbacks)

    @property
    def updates(self) -> int | None:
        """How many updates of the weights fit is to make; None where that is unknown."""
        epochs, steps = whole(self.fit.get("epochs")), whole(self.fit.get("steps"))
        rows, batch = self.rows, whole(self.fit.get("batch_size"))
        if steps is None and rows is not None and batch:
            steps = -(-rows // batch)
        if epochs is None or steps is None:
            return None
        return max(epochs - (whole(self.fit.get("initial_epoch")) or 0), 0) * steps

    @property
    def validates(self) -> bool | None:
        """Whether fit validates on anything; None where its arguments are unknown."""
        if self.data.get("validation") or number(self.fit.get("validation_split")):
            return True
        return False if self.fit and "validation" in self.data else None

    # The data

    @property
    def data(self) -> Mapping[str, Json]:
        """The form of the data: ``x``, ``y``, ``samples``, ``validation`` …"""
        return mapping(self.document, "data")

    @cached_property
    def samples(self) -> Mapping[str, Sample]:
        """Statistics by path: ``x``, ``y.label``, ``validation.x`` …"""
        found = mapping(self.data, "statistics")
        return {path: Sample.read(path, mapping(one)) for path, one in found.items()}

    @property
    def inputs(self) -> Iterable[Sample]:
        """The samples of what the model is trained on, without targets and validation."""
        return [one for path, one in self.samples.items() if path == "x" or path.startswith("x.")]

    @property
    def rows(self) -> int | None:
        """How many rows the model is trained on."""
        return whole(self.data.get("samples"))

    # What the training did

    def curve(self, name: str, unit: str = "epoch") -> Curve | None:
        """The values of a metric by epoch, or by ``batch``; None if it was not logged."""
        if (unit, name) not in self._curves:
            found = mapping(self.document, "curves", unit).get(name)
            curve = Curve.read(name, mapping(found))
            self._curves[unit, name] = curve if len(curve) else None
        return self._curves[unit, name]

    def names(self, unit: str = "epoch") -> list[str]:
        """The names of the metrics that were logged by epoch, or by ``batch``."""
        return list(mapping(self.document, "curves", unit))

    @property
    def weights(self) -> Mapping[str, Json]:
        """What became of the weights: layer name -> lists by epoch."""
        return mapping(self.document, "weights")

    @property
    def run(self) -> Mapping[str, Json]:
        """``status``, ``seconds``, ``epoch_seconds`` …"""
        return mapping(self.document, "run")
