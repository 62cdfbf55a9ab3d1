"""How often the layers of a functional model are called, with what, and what lies between them.

Keras 3 and tf_keras both keep a model's calls as nodes, by depth. A Sequential model that is
built holds such a model within itself.
"""

import contextlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ahnb_client.capture.values import Json, dtype_name

MAX_EDGES = 20_000
MAX_OPERATIONS = 2_000
MAX_CALLS = 64
Shapes = list[Json]


class Calls:
    """The calls of every layer and operation in `model` and in the models that it holds."""

    def __init__(self, models: Iterable[Any]) -> None:
        """Look at each of `models`: the outermost and those within it."""
        self.models = list(models)
        self._of: dict[int, list[Any]] = {}
        for model in self.models:
            for node in nodes_of(model):
                with contextlib.suppress(Exception):
                    self._of.setdefault(id(_operation(node)), []).append(node)

    def facts(self, layer: Any) -> dict[str, Json]:
        """Return of a layer that is called more than once ``calls``, how often.

        Where the calls differ in their shapes, ``call_shapes`` has ``[input, output]`` of each.
        """
        nodes = self._of.get(id(layer), [])
        if len(nodes) < 2:
            return {}
        told: dict[str, Json] = {"calls": len(nodes)}
        with contextlib.suppress(Exception):
            shapes = [[_shapes(node, "input"), _shapes(node, "output")] for node in nodes]
            if any(pair != shapes[0] for pair in shapes):
                told["call_shapes"] = shapes[:MAX_CALLS]
        return told

    def operations(self) -> list[dict[str, Json]]:
        """Return what is called and is no layer, as ``x + y``: name, class, parent, output shape.

        `parent` names the model that holds it, None for the outermost.
        """
        found = (
            {
                "name": str(operation.name),
                "class": type(operation).__name__,
                "parent": None if model is self.models[0] else model.name,
                "output_shape": _shapes(node, "output"),
            }
            for model in self.models
            for node in nodes_of(model)
            if (operation := _operation(node)) is not None and not hasattr(operation, "weights")
        )
        rows: list[dict[str, Json]] = []
        with contextlib.suppress(Exception):
            rows.extend(islice(found, MAX_OPERATIONS))
        return rows

    def inner_edges(self) -> dict[str, list[list[str]]]:
        """Return the graph of each functional model within the outermost, by its name."""
        graphs: dict[str, list[list[str]]] = {}
        left = MAX_EDGES
        for model in self.models[1:]:
            edges = edges_of(model)[:left]
            left -= len(edges)
            if edges:
                graphs.setdefault(str(model.name), edges)
        return graphs


def nodes_of(model: Any) -> list[Any]:
    """Return the calls that make up a functional or a built Sequential model, inputs first."""
    held = getattr(model, "_functional", None) or model
    by_depth = getattr(held, "_nodes_by_depth", None)
    if not isinstance(by_depth, dict):
        return []
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]


def edges_of(model: Any) -> list[list[str]]:
    """Return ``[from, to]`` pairs of names, each once; empty where no calls are known."""
    edges: dict[tuple[str, str], None] = {}
    with contextlib.suppress(Exception):
        for node in nodes_of(model):
            name = str(_operation(node).name)
            edges |= {(source, name): None for source in _sources(node)}
    return [list(edge) for edge in islice(edges, MAX_EDGES)]


def output_layers(model: Any) -> list[str]:
    """Return the names of what gives the model's outputs, in their order, each once."""
    with contextlib.suppress(Exception):
        outputs = getattr(model, "outputs", None) or []
        return list(dict.fromkeys(str(_maker(tensor).name) for tensor in outputs))
    return []


def weights_by_dtype(model: Any) -> list[dict[str, Json]]:
    """Return ``{dtype, parameters, trainable, bytes}`` of the weights of each type."""
    groups: dict[str, dict[str, Json]] = {}
    with contextlib.suppress(Exception):
        trainable = {id(weight) for weight in model.trainable_variables}
        for weight in model.weights:
            dtype = dtype_name(weight.dtype)
            group = groups.setdefault(dtype, {"dtype": dtype, "parameters": 0, "trainable": 0})
            count = _count(weight.shape)
            group["parameters"] += count
            group["trainable"] += count if id(weight) in trainable else 0
    return [group | {"bytes": _bytes(group)} for group in groups.values()]


def _bytes(group: dict[str, Json]) -> int | None:
    """Bytes from the digits of the type's name: float32, bfloat16, int8, float8_e4m3fn, int4."""
    name = str(group["dtype"])
    digits = "".join(islice((sign for sign in name.partition("_")[0] if sign.isdigit()), 3))
    if name == "bool":
        digits = "8"
    return -(-int(group["parameters"]) * int(digits) // 8) if digits else None


def _count(shape: Iterable[Any]) -> int:
    count = 1
    for length in shape:
        count *= int(length)
    return count


def _operation(node: Any) -> Any:
    found = getattr(node, "operation", None)
    return getattr(node, "layer", None) if found is None else found


def _maker(tensor: Any) -> Any:
    history = tensor._keras_history
    found = getattr(history, "operation", None)
    return getattr(history, "layer", None) if found is None else found


def _tensors(node: Any, side: str) -> list[Any]:
    found = getattr(node, f"{side}_tensors", None)
    if found is None:  # of tf_keras
        found = getattr(node, "keras_inputs" if side == "input" else "outputs", None)
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _sources(node: Any) -> Iterator[str]:
    # An input of tf_keras is told as its own source.
    if type(_operation(node)).__name__ == "InputLayer":
        return
    for tensor in _tensors(node, "input"):
        yield str(_maker(tensor).name)


def _shapes(node: Any, side: str) -> Json:
    shapes: Shapes = [
        [None if length is None else int(length) for length in tensor.shape]
        for tensor in _tensors(node, side)
    ]
    return shapes[0] if len(shapes) == 1 else shapes
