"""A model as one JSON document: what it is, how it is built, how it was compiled."""

import json
import warnings
from typing import Any

from ahnb_client.capture import graph, layers
from ahnb_client.capture.extent import extent_of
from ahnb_client.capture.generation import backend_of, keras_of
from ahnb_client.capture.layers import shape_of
from ahnb_client.capture.values import Json, described, dtype_name, jsonable, scalar

MAX_CONFIG_BYTES = 2_000_000
# Below what an event may have, so that none is cut where nobody sees it.
MAX_CONFIG_DEPTH = 50
MAX_CONFIG_ITEMS = 100_000
# An event that is larger is not sent; what is told of a model comes below it.
MAX_DOCUMENT_BYTES = 3_900_000
MAX_DOCUMENT_ITEMS = 190_000
MAX_CHANGED = 100  # names of layers
_COMPILE_SETTINGS = ("loss", "metrics", "weighted_metrics", "loss_weights", "optimizer")


def model_document(model: Any) -> dict[str, Json]:
    """Return the document of event ``model``.

    ``config`` is what ``keras.saving.serialize_keras_object`` gives, from which the compiled
    model can be made again; where a model cannot be serialized it is None and ``config_error``
    says why. Shapes and counts of a model that is not built yet are None. ``weights`` has the
    number of weights by type, ``inner_edges`` the graphs of the functional models within this
    one, ``operations`` what a functional model calls that is no layer.
    """
    config, config_error = _serialized(model)
    calls = graph.Calls(layers.models_in(model))
    document = {
        "name": model.name,
        "class": type(model).__name__,
        "module": type(model).__module__,
        "kind": _kind(model),
        "backend": backend_of(model),
        "built": bool(model.built),
        "dtype": model.dtype_policy.name,
        **layers.parameter_counts(model),
        "inputs": _tensors(model, "inputs"),
        "outputs": _tensors(model, "outputs"),
        "weights": graph.weights_by_dtype(model) if layers.has_weights(model) else [],
        "layers": layers.layer_table(model, calls),
        "edges": layers.graph_edges(model, config),
        "inner_edges": calls.inner_edges(),
        "operations": calls.operations(),
        "output_layers": graph.output_layers(model),
        "compile": compile_document(model, config),
        "config": config,
        "config_error": config_error,
    }
    return _small_enough(document)


def _small_enough(document: dict[str, Json]) -> dict[str, Json]:
    """Leave out, one after the other, what a very large model can be understood without."""
    if _fits(document):
        return document
    for row in document["layers"]:
        settings = row["settings"].items()
        row["settings"] = {key: value for key, value in settings if not isinstance(value, dict)}
    if not _fits(document):
        document |= {"config": None, "config_error": "too large beside the table of layers"}
    if not _fits(document):
        document |= {"inner_edges": {}, "operations": []}
        for row in document["layers"]:
            row["settings"] = {}
    return document


def _fits(document: dict[str, Json]) -> bool:
    items = extent_of(document, MAX_CONFIG_DEPTH + 10)[1]
    if items > MAX_DOCUMENT_ITEMS:
        return False
    # Quick for most: a value takes some 20 bytes, seldom 200.
    return items < MAX_DOCUMENT_ITEMS // 20 or _bytes(document) <= MAX_DOCUMENT_BYTES


def _bytes(document: dict[str, Json]) -> int:
    return len(json.dumps(document, default=jsonable, ensure_ascii=False).encode(errors="replace"))


def compile_document(model: Any, config: Json = None) -> dict[str, Json]:
    """Return how the model was compiled: names of loss and metrics, optimizer, execution.

    ``optimizer_config``, ``loss_config`` and ``metrics_config`` have their full settings.
    """
    if not getattr(model, "compiled", getattr(model, "_is_compiled", False)):
        return {}
    compiled = config.get("compile_config") if isinstance(config, dict) else None
    if not isinstance(compiled, dict):
        compiled = _compile_config(model)
    settings = {key: layers.spelled(compiled.get(key)) for key in _COMPILE_SETTINGS}
    return {
        **{key: value for key, value in settings.items() if value not in (None, [])},
        **{f"{key}_config": compiled.get(key) for key in ("optimizer", "loss", "metrics")},
        "jit_compile": jsonable(getattr(model, "jit_compile", None)),
        "run_eagerly": bool(getattr(model, "run_eagerly", False)),
        "steps_per_execution": _steps_per_execution(model),
        **_changed_since_compile(model),
    }


def _changed_since_compile(model: Any) -> dict[str, Json]:
    """``thawed`` and ``frozen``: layers whose `trainable` was changed after what fit traced.

    What a fit traced it goes on with: a change between two fits has no effect without compile.
    """
    before = getattr(model, "_compiled_trainable_state", None)
    if not isinstance(before, dict) or getattr(model, "train_function", None) is None:
        return {}
    changed = [layer for layer, trainable in before.items() if layer.trainable != trainable]
    named = {
        "thawed": [layer.name for layer in changed if layer.trainable],
        "frozen": [layer.name for layer in changed if not layer.trainable],
    }
    return {word: names[:MAX_CHANGED] for word, names in named.items() if names}


def compile_params(document: dict[str, Json]) -> dict[str, Json]:
    """Return of a compile document what runs are compared by."""
    compared = ("loss", "loss_weights", "jit_compile", "run_eagerly", "steps_per_execution")
    return {key: document[key] for key in compared if document.get(key) is not None}


def _steps_per_execution(model: Any) -> Json:
    steps = scalar(getattr(model, "steps_per_execution", None))
    if steps is None:  # of tf_keras it is a variable
        steps = scalar(getattr(model, "_steps_per_execution", None))
    return 1 if steps is None else int(steps)


def _serialized(model: Any) -> tuple[Json, str | None]:
    saving = keras_of(model).saving
    try:
        # Keras warns of lambdas: good advice when saving, out of place when looking.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = saving.serialize_keras_object(model)
        size = len(json.dumps(config, default=jsonable))
    except Exception as error:  # noqa: BLE001 - a person's get_config may fail in any way
        reason = " ".join(str(error).split())[:500]
        return None, f"{type(error).__name__}: {reason}"
    why = _too_much(config, size)
    return (config, None) if why is None else (None, why)


def _too_much(config: Json, size: int) -> str | None:
    if size > MAX_CONFIG_BYTES:
        return f"too large: {size} bytes"
    depth, items = extent_of(config, MAX_CONFIG_DEPTH)
    if depth > MAX_CONFIG_DEPTH:
        return f"nested too deeply: more than {MAX_CONFIG_DEPTH} levels"
    return f"too large: {items} values" if items > MAX_CONFIG_ITEMS else None


def _compile_config(model: Any) -> dict[str, Json]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(jsonable(model.get_compile_config()))
    except Exception:  # noqa: BLE001 - a person's get_config may fail in any way
        return {key: described(getattr(model, key, None)) for key in ("loss", "optimizer")}


def _kind(model: Any) -> str:
    package = keras_of(model)
    if isinstance(model, package.Sequential):
        return "sequential"
    functional = isinstance(model, package.Model) and "Functional" in {
        base.__name__ for base in type(model).__mro__
    }
    return "functional" if functional else "subclassed"


def _tensors(model: Any, attribute: str) -> list[dict[str, Json]]:
    try:
        return [
            {"name": tensor.name, "shape": shape_of(tensor), "dtype": dtype_name(tensor.dtype)}
            for tensor in getattr(model, attribute, None) or []
        ]
    except Exception:  # noqa: BLE001 - not built, or something of the person's under this name
        return []
