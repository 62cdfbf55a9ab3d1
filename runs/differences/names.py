"""Names that Keras makes up: a class in small letters and how many came before it in the process.

`dense_55`, `adam_1` and `keras_tensor_14` say how often a program had built a model before, not
what it built: between two runs of the same code they differ. Here they are written as the first
model of a process has them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

COUNTED = re.compile(r"_[0-9]+$")
# What Keras 2 says instead of the class.
OLD_STEMS = {"functional": "model", "inputlayer": "input"}
# Where layers, operations and models are named, beside `name`.
REFERENCES = frozenset(("parent", "output_layers", "edges", "inner_edges"))
TENSORS = frozenset(("inputs", "outputs"))


def anonymous(value: Any) -> Any:
    """Settings without names and seeds, which make no other layer."""
    if isinstance(value, Mapping):
        return {key: anonymous(part) for key, part in value.items() if key not in ("name", "seed")}
    return [anonymous(part) for part in value] if isinstance(value, list) else value


def made_up_of(name: Any, kind: Any) -> str:
    """The name without its number where Keras makes it up for the class `kind`, else ""."""
    if not isinstance(name, str) or not isinstance(kind, str):
        return ""
    stem, made_of = COUNTED.sub("", name), kind.lower()
    is_made_up = stem.replace("_", "").lower() in (made_of, OLD_STEMS.get(made_of))
    return stem if is_made_up else ""


def recounted(model: Mapping[str, Any]) -> dict[str, Any]:
    """All of a captured model but its `layers`, with the names of the first model of a process."""
    told = {key: part for key, part in model.items() if key != "layers"}
    return dict(_walked(told, _names_of(model)))


def _names_of(model: Mapping[str, Any]) -> dict[str, str]:
    """Made-up names of layers and operations, counted from the first one of this model."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for part in ("layers", "operations"):
        rows = model.get(part)
        for row in rows if isinstance(rows, list) else []:
            name, kind = _told(row)
            stem = made_up_of(name, kind)
            if stem and name not in found:
                found[name] = f"{stem}_{seen[stem]}" if seen[stem] else stem
                seen[stem] += 1
    return found


def _told(row: Any) -> tuple[Any, Any]:
    return (row.get("name"), row.get("class")) if isinstance(row, Mapping) else (None, None)


def _walked(value: Any, names: Mapping[str, str], kind: Any = None) -> Any:
    """Any part of a model; `kind` is the class that its `name` is of."""
    if isinstance(value, list):
        return [_walked(part, names, kind) for part in value]
    if not isinstance(value, Mapping):
        return value
    kind = value.get("class") or value.get("class_name") or kind
    return {key: _part(key, part, names, kind) for key, part in value.items()}


def _part(key: str, part: Any, names: Mapping[str, str], kind: Any) -> Any:
    if key == "name":
        return made_up_of(part, kind) or part
    if key in REFERENCES:
        return _renamed(part, names)
    return _walked(part, names, "KerasTensor" if key in TENSORS else kind)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    if isinstance(value, Mapping):
        return {names.get(key, key): _renamed(part, names) for key, part in value.items()}
    return _reference(value, names) if isinstance(value, str) else value


def _reference(name: str, names: Mapping[str, str]) -> str:
    """Inputs of inner models are no rows of the table."""
    return names.get(name) or made_up_of(name, "InputLayer") or name
