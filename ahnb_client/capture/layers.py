"""The layer table and the graph of a model."""

import contextlib
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from ahnb_client.capture.graph import Calls, edges_of
from ahnb_client.capture.values import Json, jsonable

MAX_ROWS = 5_000
MAX_NESTING = 32
_KERAS_OWN = ("keras.", "tf_keras.")
_NOTHING_KNOWN: dict[str, Json] = {
    **dict.fromkeys(("output_shape", "parameters", "trainable_parameters", "trainable")),
    **dict.fromkeys(("input_shape", "dtype", "activation")),
    "settings": {},
}
# Said in columns of their own, or only needed to build the layer again.
_NOT_SETTINGS = {"name", "trainable", "dtype", "activation", "layers", "input_layers"} | {
    "output_layers",
    "build_input_shape",
    "quantization_config",
    "registered_name",
    "module",
}


def layer_table(model: Any, calls: Calls | None = None) -> list[dict[str, Json]]:
    """Return a row for each layer, nested ones right after the layer that holds them.

    A row is ``{name, class, parent, input_shape, output_shape, parameters, trainable_parameters,
    trainable, dtype, activation, settings}``, of a person's own layer with ``own: true``. Shapes
    are lists with None for an unknown axis; counts are None while a layer is not built. A layer
    used twice has one row, with ``calls``. At most 5,000 rows.
    """
    calls = calls or Calls(models_in(model))
    rows: list[dict[str, Json]] = []
    for layer, parent in islice(_walk_all(model), MAX_ROWS):
        row: dict[str, Json] = {"name": layer.name, "class": type(layer).__name__, "parent": parent}
        known = _NOTHING_KNOWN
        with contextlib.suppress(Exception):  # a person's layer may fail in any way
            known = _facts(layer)
        own = {} if _is_of_keras(layer) else {"own": True}
        rows.append(row | known | own | calls.facts(layer))
    return rows


def models_in(model: Any) -> list[Any]:
    """Return the model and the models among its layers, the outermost first."""
    inner = (layer for layer, _ in islice(_walk_all(model), MAX_ROWS))
    return [model, *(layer for layer in inner if hasattr(layer, "layers"))]


def graph_edges(model: Any, config: Json) -> list[list[str]]:
    """Return ``[from, to]`` pairs of layer names; empty for a subclassed model.

    `config` is the model's serialized form: of a functional model it names each call's inputs.
    Of one that cannot be serialized the calls themselves are asked.
    """
    if type(model).__name__ == "Sequential":
        return [[first.name, second.name] for first, second in pairwise(model.layers)]
    if not isinstance(config, dict):
        return edges_of(model)
    layers = config.get("config", {}).get("layers", []) if isinstance(config, dict) else []
    edges = [
        [source, layer.get("name") or layer.get("config", {}).get("name")]
        for layer in layers
        if isinstance(layer, dict)
        for source in _sources(layer.get("inbound_nodes"))
    ]
    return [list(edge) for edge in dict.fromkeys(map(tuple, edges))]


def parameter_counts(model: Any) -> dict[str, int | None]:
    """Return total, trainable and non-trainable parameters; None while not built."""
    total = trainable = None
    if has_weights(model):
        with contextlib.suppress(Exception):
            total = _size(model.weights)
            trainable = _size(model.trainable_variables)
    rest = None if total is None or trainable is None else total - trainable
    return {
        "parameters": total,
        "trainable_parameters": trainable,
        "non_trainable_parameters": rest,
    }


def is_complete(model: Any) -> bool:
    """Tell whether every layer is built: no batch will add to what is known of the model."""
    return bool(model.built) and all(layer.built for layer, _ in _walk_all(model))


def has_weights(model: Any) -> bool:
    """Tell whether the weights are there, also of a model that is never called itself (a GAN)."""
    if getattr(model, "built", False):
        return True
    parts = [layer.built for layer, _ in _walk_all(model)]
    return bool(parts) and all(parts)


def shape_of(value: Any) -> Json:
    """Return the shape or shapes of a tensor, or of a structure of tensors, as lists."""
    if isinstance(value, dict):
        return {str(key): shape_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "shape"):
        return [shape_of(item) for item in value]
    shape = getattr(value, "shape", None)
    return None if shape is None else _lengths(shape)


def _walk_all(model: Any) -> Iterator[tuple[Any, str | None]]:
    return _walk(model, None, set(), MAX_NESTING)


def _walk(layer: Any, parent: str | None, seen: set[int], depth: int) -> Iterator[tuple[Any, Any]]:
    for child in _children(layer):
        if id(child) in seen:
            continue
        seen.add(id(child))
        yield child, parent
        if depth and _is_worth_opening(child):
            yield from _walk(child, child.name, seen, depth - 1)


def _children(layer: Any) -> list[Any]:
    children = None
    with contextlib.suppress(Exception):  # a person's property may fail
        children = getattr(layer, "layers", None)
    return list(children if children is not None else getattr(layer, "_layers", ()))


def _is_worth_opening(layer: Any) -> bool:
    """Models and a person's own blocks; the insides of Keras' own layers are noise."""
    return hasattr(layer, "layers") or not _is_of_keras(layer)


def _is_of_keras(layer: Any) -> bool:
    return type(layer).__module__.startswith(_KERAS_OWN)


def _facts(layer: Any) -> dict[str, Json]:
    settings = _settings(layer)
    return {
        "input_shape": _input_shape(layer),
        "output_shape": _output_shape(layer),
        "parameters": _size(layer.weights) if layer.built else None,
        "trainable_parameters": _size(layer.trainable_variables) if layer.built else None,
        "trainable": bool(layer.trainable),
        "dtype": layer.dtype_policy.name,
        "activation": spelled(settings.get("activation")),
        "settings": {
            key: _short(value)
            for key, value in settings.items()
            if key not in _NOT_SETTINGS and value is not None
        },
    }


def _settings(layer: Any) -> dict[str, Json]:
    with contextlib.suppress(Exception):
        if not hasattr(layer, "layers"):
            return dict(jsonable(layer.get_config(), max_items=100))
    return {}


def spelled(serialized: Json) -> Json:
    """Return the short name of a serialized object: ``{"class_name": "HeNormal"…}`` -> HeNormal.

    Functions and strings give their own name; lists and mappings keep their form.
    """
    if isinstance(serialized, list):
        return [spelled(item) for item in serialized]
    if not isinstance(serialized, dict):
        return serialized
    if "class_name" not in serialized:
        return {key: spelled(item) for key, item in serialized.items()}
    return _class_or_function(serialized)


def _class_or_function(serialized: dict[str, Json]) -> str:
    kind, config = str(serialized["class_name"]), serialized.get("config")
    if kind == "function" and isinstance(config, str):
        return config
    return "lambda" if kind == "__lambda__" else kind


def _short(value: Json) -> Json:
    """Initializers, regularizers and the like keep class and settings, not their module."""
    if isinstance(value, dict) and "class_name" in value:
        config = value.get("config")
        settings = config if isinstance(config, dict) else {}
        given = {key: item for key, item in settings.items() if item is not None}
        return given | {"class": spelled(value)}
    return value


def _output_shape(layer: Any) -> Json:
    with contextlib.suppress(Exception):
        return shape_of(layer.output)
    built_with = getattr(layer, "_build_shapes_dict", None)
    # Only Keras' own layers compute it without being called.
    if built_with and _is_of_keras(layer):
        with contextlib.suppress(Exception):
            return _lengths(layer.compute_output_shape(*built_with.values()))
    return None


def _input_shape(layer: Any) -> Json:
    """The shape or shapes that the layer was built with, else those of its first use."""
    with contextlib.suppress(Exception):
        built = layer._build_shapes_dict.values()
        shapes = [_all_lengths(shape) for shape in built if shape is not None]
        if shapes:
            return shapes[0] if len(shapes) == 1 else shapes
    with contextlib.suppress(Exception):
        return shape_of(layer.input)
    return None


def _all_lengths(shape: Any) -> Json:
    """A shape as a list of lengths, several of them as a list of such lists."""
    if isinstance(shape, dict):
        shape = list(shape.values())
    if any(isinstance(part, (list, tuple, dict)) for part in shape):
        return [_all_lengths(part) for part in shape]
    return _lengths(shape)


def _lengths(shape: Any) -> list[int | None]:
    return [None if length is None else int(length) for length in shape]


def _size(variables: list[Any]) -> int:
    total = 0
    for variable in variables:
        count = 1
        for length in variable.shape:
            count *= int(length)
        total += count
    return total


def _sources(inbound: Json) -> Iterator[str]:
    """Names of the layers whose outputs a call takes, found wherever they stand in it."""
    if isinstance(inbound, dict):
        history = inbound.get("keras_history")
        if isinstance(history, (list, tuple)) and history:
            yield str(history[0])
        else:
            for item in inbound.values():
                yield from _sources(item)
    elif isinstance(inbound, (list, tuple)):
        for item in inbound:
            yield from _sources(item)
