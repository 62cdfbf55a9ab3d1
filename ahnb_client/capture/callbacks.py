"""The settings of the other callbacks, which Keras keeps as plain attributes."""

import contextlib
import inspect
from collections.abc import Iterable
from typing import Any

from ahnb_client.capture.secrets import MASK, is_secret_name, masked_text
from ahnb_client.capture.values import Json, jsonable, text

_ALWAYS_THERE = {"History", "ProgbarLogger", "CallbackList"}
_MAX_TEXT = 200


def callback_params(callbacks: Iterable[Any], *, without: Any = None) -> dict[str, Json]:
    """Return ``{class name: settings}``; a second one of a class is called ``Name_2``.

    Settings are those constructor arguments that the callback kept under the same name and
    that are one value. `without` is the class of our own.
    """
    found: dict[str, Json] = {}
    for callback in callbacks:
        name = type(callback).__name__
        if name in _ALWAYS_THERE or (without is not None and isinstance(callback, without)):
            continue
        with contextlib.suppress(Exception):
            found[_free_name(name, found)] = _settings(callback)
    return found


def _free_name(name: str, taken: dict[str, Json]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _settings(callback: Any) -> dict[str, Json]:
    arguments = inspect.signature(type(callback).__init__).parameters
    kept = vars(callback)
    settings = {
        name: _setting(name, kept[name])
        for name in arguments
        if name in kept and _is_one_value(kept[name])
    }
    if isinstance(settings.get("min_delta"), float):
        # EarlyStopping turns its sign for the direction that it watches.
        settings["min_delta"] = abs(settings["min_delta"])
    return settings


def _is_one_value(value: Any) -> bool:
    return isinstance(value, (str, int, float)) or hasattr(value, "__fspath__")


def _setting(name: str, value: Any) -> Json:
    if is_secret_name(name):
        return MASK
    converted = jsonable(value)
    return masked_text(text(converted, _MAX_TEXT)) if isinstance(converted, str) else converted
