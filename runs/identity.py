"""What makes two runs the same experiment: hashes of the architecture and of the configuration.

Both are 64 bits of BLAKE2b over canonical JSON, written as 16 hexadecimal digits.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

import orjson

from .params import Tree, flattened, number_of

# Leaves that start a random generator; two runs that differ in them alone are repeats.
SEED = re.compile(r"(?:^|[._])(?:seeds?|random_state|random_seed|rng)(?:$|[._])", re.I)
# Leaves that say where results go or how much is printed, never what is computed.
BOOKKEEPING = re.compile(r"(?:^|\.)(?:verbose|filepath|log_dir|run_name|experiment_name)$")

# Of a configuration: what does not make it another architecture, where inputs of layers are named,
# and whose first length is the batch's.
NO_STRUCTURE = ("name", "seed", "compile_config", "build_config", "build_input_shape")
CONNECTIONS = ("inbound_nodes", "input_layers", "output_layers")
BATCH_SHAPES = ("batch_shape", "batch_input_shape")


def is_seed(path: str) -> bool:
    """Whether the dotted path of a parameter names the seed of a random generator."""
    return bool(SEED.search(path))


def configuration_of(params: Tree, model_version: int | None) -> str:
    """The hash of what was chosen: all parameters but seeds and bookkeeping, and the model.

    Numbers that are equal count as the same, `1` and `1.0`; "" where nothing is known.
    """
    leaves = {
        path: value if (number := number_of(value)) is None else number
        for path, value in flattened(params)
        if not is_seed(path) and not BOOKKEEPING.search(path)
    }
    if not leaves and model_version is None:
        return ""
    return hash_of([model_version, leaves])


def architecture_of(model: dict[str, Any]) -> str:
    """The hash of a captured model's structure: its layers, how they are set and connected.

    Left out is what does not make it another architecture: names (Keras counts them up within a
    process: `dense_55`), seeds of initialisers, how it was compiled, and the size of the batch
    that it was built with.

    Returns: "" where no layers are known, or not yet: Keras builds some models by their first
        batch, and describes them again then.
    """
    layers = _rows(model, "layers")
    is_unbuilt = model.get("built") is False and model.get("parameters") is None
    if not layers or is_unbuilt:
        return ""
    names: dict[str, str] = {}
    for place, layer in enumerate(
        sorted(layers, key=lambda layer: layer.get("parent") is not None)
    ):
        names.setdefault(str(layer.get("name")), f"#{place}")
    # What is called and is no layer, as `x + y`, is counted up, too (`add_3`).
    for place, row in enumerate(_rows(model, "operations")):
        names.setdefault(str(row.get("name")), f"+{place} {row.get('class')}")
    config = model.get("config")
    # A subclassed model's configuration does not tell its layers, so the table counts, too.
    table = [_row_of(layer, has_config=bool(config)) for layer in layers]
    edges = _renamed(model.get("edges"), names)
    return hash_of([model.get("kind"), _structure(config, {}), table, edges])


def _rows(model: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = model.get(key)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _row_of(layer: dict[str, Any], *, has_config: bool) -> list[Any]:
    """What counts of a row of the layer table."""
    shape = None if has_config else _without_batch(layer.get("output_shape"))
    settings = _structure(layer.get("settings"), {})
    return [layer.get("class"), layer.get("parameters"), shape, settings]


def _structure(value: Any, names: dict[str, str]) -> Any:
    """A configuration without what says nothing of the structure.

    Layers that are named as inputs of others stand there with their places.
    """
    if isinstance(value, list):
        return [_structure(part, names) for part in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("layers"), list):
        names = {_name_of(layer): f"#{place}" for place, layer in enumerate(value["layers"])}
    return {
        key: _renamed(part, names) if key in CONNECTIONS else _part(key, part, names)
        for key, part in value.items()
        if key not in NO_STRUCTURE
    }


def _part(key: str, part: Any, names: dict[str, str]) -> Any:
    return _without_batch(part) if key in BATCH_SHAPES else _structure(part, names)


def _name_of(layer: Any) -> str:
    """The name of a layer in a configuration, which Keras writes in one of two places."""
    if not isinstance(layer, dict):
        return ""
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return str(layer.get("name") or inner)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """How layers are connected, each by its place."""
    if isinstance(value, dict):
        return {
            key: _without_batch(part) if key == "shape" else _renamed(part, names)
            for key, part in value.items()
            if key != "name"
        }
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def _without_batch(shape: Any) -> Any:
    """A shape, or several, without their first lengths."""
    if not isinstance(shape, list):
        return shape
    if any(isinstance(part, list) for part in shape):
        return [_without_batch(part) for part in shape]
    return shape[1:]


def hash_of(value: Any) -> str:
    """64 bits of any JSON, however its keys are ordered."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return blake2b(orjson.dumps(value, option=options), digest_size=8).hexdigest()
