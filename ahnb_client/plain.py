"""Any Python value as plain JSON data that the server takes: no NaN, NUL, surrogate or cycle."""

import json
import math
import re
from collections.abc import Mapping, Set
from typing import Any

MAX_DEPTH = 60
MAX_ITEMS = 200_000
MAX_TEXT = 1 << 20
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")


def plain(value: Any) -> Any:
    """A copy of `value` made of dict, list, str, int, float, bool and None.

    What JSON cannot hold becomes text: NaN and the infinities by their names, other objects by
    `repr`. Deeper than 60 levels, or beyond 200,000 items, an ellipsis stands for the rest.
    Nothing raises, whatever the objects do.
    """
    return _Copy().of(value)


class _Copy:
    """One copy under way: how many items it may still take, and what it stands in."""

    def __init__(self) -> None:
        self._items_left = MAX_ITEMS
        self._parents: list[int] = []

    def of(self, value: Any) -> Any:
        self._items_left -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return text(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else non_finite(value)
        if isinstance(value, int):
            return int(value) if value.bit_length() < 64 else _shown(value)
        if id(value) in self._parents or len(self._parents) >= MAX_DEPTH or self._items_left < 0:
            return "…"
        self._parents.append(id(value))
        try:
            return self._container(value)
        except Exception:  # noqa: BLE001 - a person's object may raise anything
            return f"<{type(value).__name__}>"
        finally:
            self._parents.pop()

    def _container(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {text(str(key)): self.of(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, Set)):
            return [self.of(item) for item in value]
        if callable(getattr(value, "tolist", None)):  # NumPy scalars and arrays
            return self.of(value.tolist())
        return text(str(value) if hasattr(value, "__fspath__") else repr(value))


def _shown(number: int) -> str:
    # Text of an integer takes quadratic time, and Python refuses it beyond 4,300 digits.
    return str(number) if number.bit_length() < 10_000 else hex(number)[:MAX_TEXT]


def text(value: str) -> str:
    """`value` with U+FFFD for NUL and lone surrogates, at most 1 Mi characters."""
    return _UNSENDABLE.sub("\ufffd", value[:MAX_TEXT])


def non_finite(value: float) -> str:
    """The name under which a number without a JSON form travels."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON of plain data."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
