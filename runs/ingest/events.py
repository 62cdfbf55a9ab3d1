"""Events of a batch: what they must look like."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ahnb_platform.api import strictjson

from ..media.checks import check_media
from ..models import Status
from ..params import MOST_KEYS, count
from .fault import Fault
from .numbers import LARGEST_STEP, is_whole

KIND_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
LONGEST_KIND = 40
LONGEST_NOTE = 20_000
LONGEST_REASON = 2_000
# Bytes of the data as JSON.
LARGEST_DATA = 1024 * 1024
LARGEST_DOCUMENT = 4 * 1024 * 1024
DOCUMENTS = ("model", "environment", "data", "code", "summary")
MOST_ATTEMPTS = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """One event that may be stored.

    Args:
        position: its index in the batch.
        at: when it happened; None for the time of receipt.
        once: at most one row of its kind is kept per run and writer.
    """

    position: int
    kind: str
    at: datetime | None
    data: Any
    once: bool = False


def check_kind(kind: Any) -> str:
    """Raises Fault unless `kind` is a short word of lower-case letters, digits, `-`, `_`, `.`."""
    if not isinstance(kind, str) or not 0 < len(kind) <= LONGEST_KIND:
        raise Fault("/kind", "bad-kind", "A kind is a word of 1 to 40 characters.")
    if not KIND_CHARACTERS.issuperset(kind):
        raise Fault("/kind", "bad-kind", "A kind has lower-case letters, digits, '-', '_', '.'.")
    return kind


def check_data(kind: str, data: Any) -> Any:
    """The data of an event, once nothing in it breaks a rule.

    Raises:
        Fault: it holds what cannot be stored, is too deep or too large, or has not the form that
            its kind asks for.
    """
    if data is None:
        raise Fault("/data", "bad-data", "The data of an event is left out or something.")
    fault = strictjson.first_fault(data)
    if fault is not None:
        raise Fault("/data" + fault.pointer, fault.code, fault.detail)
    largest = LARGEST_DOCUMENT if kind in DOCUMENTS else LARGEST_DATA
    if len(orjson.dumps(data)) > largest:
        raise Fault("/data", "too-large", f"The data of this event has over {largest} bytes.")
    if kind in DOCUMENTS or kind in _CHECKS:
        _check_object(data)
    if kind in _CHECKS:
        _CHECKS[kind](data)
    return data


def _check_object(data: Any) -> None:
    if not isinstance(data, dict):
        raise Fault("/data", "bad-data", "The data of this event must be an object.")


def _check_model(data: dict[str, Any]) -> None:
    layers = data.get("layers") or []
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise Fault("/data/layers", "bad-layers", "The layers of a model are a list of objects.")
    for name in ("parameters", "trainable_parameters", "non_trainable_parameters"):
        if data.get(name) is not None and not is_whole(data[name], LARGEST_STEP):
            raise Fault(f"/data/{name}", "bad-count", "A number of parameters is an integer.")


def _check_params(data: dict[str, Any]) -> None:
    if count(data) > MOST_KEYS:
        raise Fault("/data", "too-many-keys", f"Parameters have at most {MOST_KEYS} keys.")


def _check_status(data: dict[str, Any]) -> None:
    if data.get("status") not in Status.values:
        known = ", ".join(Status.values)
        raise Fault("/data/status", "bad-status", f"The status is one of {known}.")
    reason = data.get("reason")
    if reason is not None and (not isinstance(reason, str) or len(reason) > LONGEST_REASON):
        raise Fault(
            "/data/reason",
            "bad-reason",
            f"A reason is a text of up to {LONGEST_REASON} characters.",
        )


def _check_note(data: dict[str, Any]) -> None:
    text, step = data.get("text"), data.get("step")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_NOTE:
        raise Fault("/data/text", "bad-text", f"A note has 1 to {LONGEST_NOTE} characters.")
    if step is not None and not is_whole(step, LARGEST_STEP):
        raise Fault("/data/step", "bad-step", "A step is an integer from 0 to 2^53-1.")


def _check_attempt(data: dict[str, Any]) -> None:
    if not is_whole(data.get("attempt"), MOST_ATTEMPTS):
        raise Fault("/data/attempt", "bad-attempt", f"An attempt is 0 to {MOST_ATTEMPTS}.")
    if not is_whole(data.get("from_step"), LARGEST_STEP):
        raise Fault("/data/from_step", "bad-step", "A step is an integer from 0 to 2^53-1.")


_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "model": _check_model,
    "params": _check_params,
    "status": _check_status,
    "note": _check_note,
    "attempt": _check_attempt,
    "media": check_media,
}
