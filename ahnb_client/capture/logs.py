"""Keras' logs as named numbers."""

from collections.abc import Mapping
from typing import Any

MAX_ELEMENTS = 1_000


def numbers(logs: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return ``{name: number}``.

    A metric with several values, as the F1 score of each class, becomes ``f1_score/0``,
    ``f1_score/1`` and so on; a mapping ``name/key``. At most 1,000 values of one metric.
    """
    named: dict[str, Any] = {}
    for name, value in logs.items():
        if type(value) is float:
            named[f"{prefix}{name}"] = value
        else:
            try:
                named.update(_unusual(f"{prefix}{name}", value))
            except Exception:  # noqa: BLE001 - a person's object may raise whatever it is asked
                named[f"{prefix}{name}"] = value  # told and left out where numbers are made of it
    return named


def _unusual(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return numbers(value, f"{name}/")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        parts = value[:MAX_ELEMENTS]
        return numbers({str(index): part for index, part in enumerate(parts)}, f"{name}/")
    return {} if value is None or isinstance(value, (str, bytes)) else {name: value}
