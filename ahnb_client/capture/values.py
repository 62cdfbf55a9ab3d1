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
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from ahnb_client import plain

MAX_TEXT = 10_000
MAX_ITEMS = 1_000
MAX_DEPTH = 32
MAX_PARTS = 100_000
MAX_ARRAY = 64
_LARGEST_INTEGER = 2**63
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

Json = Any


def jsonable(value: object, *, max_items: int = MAX_ITEMS) -> Json:
    """Return `value` as plain JSON, at most `max_items` parts of any one container.

    What is odd, stands within itself, or lies deeper than 32 levels becomes text; after 100,000
    parts in all, an ellipsis stands for the rest.
    """
    return _Conversion(max_items).of(value)


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
    with contextlib.suppress(Exception):  # a variable with a copy on each of several devices
        return float(value.numpy())  # type: ignore[attr-defined]
    return None


class _Conversion:
    """One value being converted: what it stands within, and how many parts it may still have."""

    def __init__(self, max_items: int) -> None:
        self._max_items = max_items
        self._parts_left = MAX_PARTS
        self._within: list[int] = []

    def of(self, value: object) -> Json:
        self._parts_left -= 1
        if self._parts_left < 0:
            return "…"
        try:
            return self._by_type(value)
        except Exception:  # noqa: BLE001 - a person's object may fail in any way
            return described(value)

    def _by_type(self, value: object) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return _enum(value)
        for kind, convert in _PLAIN.items():
            if isinstance(value, kind):
                return convert(value)
        if id(value) in self._within or len(self._within) == MAX_DEPTH:
            return "…"
        self._within.append(id(value))
        try:
            return self._container(value)
        finally:
            self._within.pop()

    def _container(self, value: Any) -> Json:
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, (list, tuple)):
            return self._items(value)
        if isinstance(value, (set, frozenset)):
            return self._items(sorted(value, key=repr))
        if isinstance(value, type):
            return described(value)
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            return self._array(value)
        if dataclasses.is_dataclass(value):
            fields = dataclasses.fields(value)
            return self._mapping({field.name: getattr(value, field.name) for field in fields})
        if callable(getattr(value, "get_config", None)):
            return {"class_name": type(value).__name__, "config": self.of(value.get_config())}
        return described(value)

    def _mapping(self, value: Mapping[Any, Any]) -> Json:
        kept = list(value.items())[: self._max_items]
        converted = {_key(key): self.of(item) for key, item in kept}
        if len(value) > self._max_items:
            converted["…"] = f"{len(value) - self._max_items} more"
        return converted

    def _items(self, value: Sequence[Any]) -> Json:
        converted = [self.of(item) for item in value[: self._max_items]]
        if len(value) > self._max_items:
            converted.append(f"… {len(value) - self._max_items} more")
        return converted

    def _array(self, value: Any) -> Json:
        shape = [int(length) for length in value.shape]
        if math.prod(shape) > MAX_ARRAY:
            return {"shape": shape, "dtype": dtype_name(value.dtype)}
        listed = value if hasattr(value, "tolist") else value.numpy()
        return self.of(listed.tolist())


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
    bytes: lambda value: f"<{len(value)} byte{'' if len(value) == 1 else 's'}>",
    PurePath: text,
    datetime.date: lambda value: value.isoformat(),
    datetime.timedelta: lambda value: value.total_seconds(),
}
