"""Any Python value as plain JSON: never raises, never touches a device more than it must.

The result holds only dict, list, str, int, float, bool and None. What JSON cannot say is said
in words: ``"NaN"`` for a NaN, a class's name for a class, shape and dtype for a large array.
"""

import contextlib
import dataclasses
import datetime
import enum
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from ahnb_client import plain

MAX_TEXT = 10_000
MAX_ITEMS = 1_000
MAX_DEPTH = 32
MAX_ARRAY = 64
_LARGEST_INTEGER = 2**63
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

Json = Any


def jsonable(value: object, *, max_items: int = MAX_ITEMS) -> Json:
    """Return `value` as plain JSON; what lies deeper than 32 levels or is odd becomes text."""
    return _convert(value, MAX_DEPTH, max_items)


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Return `value` as text that any database stores: no NUL, no lone surrogate, bounded."""
    storable = plain.text(str.__str__(value) if isinstance(value, str) else str(value))
    return storable if len(storable) <= limit else storable[: limit - 1] + "…"


def described(value: object) -> str:
    """Return a short description of `value` that is the same in every process."""
    named = qualified_name(value)
    if named:
        return named
    with contextlib.suppress(Exception):
        return text(_ADDRESS.sub("", repr(value)), 500)
    return f"<{type(value).__name__}>"


def qualified_name(value: object) -> str:
    """Return ``module.name`` of a class or function, ``""`` of anything else."""
    name = getattr(value, "__qualname__", None)
    if not isinstance(name, str) or not callable(value):
        return ""
    module = getattr(value, "__module__", None)
    local = module in (None, "__main__", "builtins")
    return name if local else f"{module}.{name}"


def scalar(value: object) -> float | None:
    """Return a number, 0-d array or tensor as a float; None when it is not one number."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    with contextlib.suppress(Exception):
        return float(value)  # type: ignore[arg-type]
    return None


def _convert(value: object, depth: int, max_items: int) -> Json:
    try:
        return _by_type(value, depth, max_items)
    except Exception:  # noqa: BLE001 - a person's object may fail in any way
        return described(value)


def _by_type(value: object, depth: int, max_items: int) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return _enum(value)
    for kind, convert in _PLAIN.items():
        if isinstance(value, kind):
            return convert(value)
    if depth <= 0:
        return described(value)
    return _container(value, depth - 1, max_items)


def _container(value: Any, depth: int, max_items: int) -> Json:
    if isinstance(value, Mapping):
        return _mapping(value, depth, max_items)
    if isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return _items(ordered, depth, max_items)
    if isinstance(value, type):
        return described(value)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return _array(value, depth, max_items)
    if dataclasses.is_dataclass(value):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return _mapping(dict(fields), depth, max_items)
    if callable(getattr(value, "get_config", None)):
        return {
            "class_name": type(value).__name__,
            "config": _convert(value.get_config(), depth, max_items),
        }
    return described(value)


def _mapping(value: Mapping[Any, Any], depth: int, max_items: int) -> Json:
    kept = list(value.items())[:max_items]
    converted = {_key(key): _convert(item, depth, max_items) for key, item in kept}
    if len(value) > max_items:
        converted["…"] = f"{len(value) - max_items} more"
    return converted


def _items(value: Iterable[Any], depth: int, max_items: int) -> Json:
    items = list(value)
    converted = [_convert(item, depth, max_items) for item in items[:max_items]]
    if len(items) > max_items:
        converted.append(f"… {len(items) - max_items} more")
    return converted


def _array(value: Any, depth: int, max_items: int) -> Json:
    size = math.prod(int(length) for length in value.shape)
    if size > MAX_ARRAY:
        return {
            "shape": [int(length) for length in value.shape],
            "dtype": dtype_name(value.dtype),
        }
    if not hasattr(value, "tolist"):
        value = value.numpy()
    return _convert(value.tolist(), depth, max_items)


def dtype_name(dtype: object) -> str:
    """Return ``float32`` for numpy's, TensorFlow's, JAX's and PyTorch's float32."""
    name = getattr(dtype, "name", None)
    return name if isinstance(name, str) else str(dtype).removeprefix("torch.")


def _key(key: object) -> str:
    if isinstance(key, enum.Enum):
        key = _enum(key)
    return text(key, 255) if isinstance(key, (str, int, float)) else described(key)


def _enum(value: enum.Enum) -> Json:
    return value.value if isinstance(value.value, (str, int, bool)) else value.name


def _integer(value: int) -> Json:
    value = int(value)
    return value if abs(value) < _LARGEST_INTEGER else str(value)[:80]


def _float(value: float) -> Json:
    value = float(value)
    return value if math.isfinite(value) else plain.non_finite(value)


_PLAIN: dict[type, Callable[[Any], Json]] = {
    str: text,
    int: _integer,
    float: _float,
    bytes: lambda value: f"<{len(value)} bytes>",
    PurePath: text,
    datetime.date: lambda value: value.isoformat(),
    datetime.timedelta: lambda value: value.total_seconds(),
}
