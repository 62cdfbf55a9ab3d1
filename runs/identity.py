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
    return _hash([model_version, leaves])


def architecture_of(model: dict[str, Any]) -> str:
    """The hash of a captured model's structure: its layers, how they are set and connected.

    Names are left out (Keras counts them up within a process: `dense_55`), and so are seeds of
    initialisers. Without a configuration the layers' classes, shapes and parameters decide.

    Returns: "" where no layers are known.
    """
    layers = [layer for layer in model.get("layers") or [] if isinstance(layer, dict)]
    if not layers:
        return ""
    names = {str(layer.get("name")): f"#{place}" for place, layer in enumerate(layers)}
    known = model.get("config") or [
        [layer.get("class"), layer.get("output_shape"), layer.get("parameters")] for layer in layers
    ]
    return _hash(
        [model.get("kind"), _anonymous(known, names), _anonymous(model.get("edges"), names)]
    )


def _anonymous(value: Any, names: dict[str, str]) -> Any:
    """`value` with the names of layers as their places, and without names and seeds."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if key not in ("name", "seed")}
        return {names.get(key, key): _anonymous(part, names) for key, part in kept.items()}
    if isinstance(value, list):
        return [_anonymous(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def _hash(value: Any) -> str:
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return blake2b(orjson.dumps(value, option=options), digest_size=8).hexdigest()
