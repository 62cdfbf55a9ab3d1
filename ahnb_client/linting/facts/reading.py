"""Reading JSON of unknown make: the wrong type is as good as missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any
_NOTHING: Mapping[str, Json] = {}


def mapping(value: Json, *path: str) -> Mapping[str, Json]:
    """The mapping at `path` below `value`; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def listing(value: Json) -> Sequence[Json]:
    """`value` if it is a list or tuple, else an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def number(value: Json) -> float | None:
    """`value` as a float if it is a number, NaN and infinities included; truth is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def finite(value: Json) -> float | None:
    """`value` as a float if it is a finite number, else None."""
    found = number(value)
    return found if found is not None and math.isfinite(found) else None


def whole(value: Json) -> int | None:
    """`value` if it is a whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(value: Json) -> str | None:
    """`value` if it is text that says something, else None."""
    return value if isinstance(value, str) and value else None


def truth(value: Json) -> bool | None:
    """`value` if it is true or false, else None."""
    return value if isinstance(value, bool) else None


def shape(value: Json) -> tuple[int | None, ...] | None:
    """One shape, None for an axis of unknown length; None for several shapes or none."""
    if not isinstance(value, (list, tuple)):
        return None
    axes = [None if axis is None else whole(axis) for axis in value]
    is_one = all(known is not None or axis is None for known, axis in zip(axes, value, strict=True))
    return tuple(axes) if is_one else None
