"""The data of a `media` event: `{name, type, step, …}`, and what each type must hold."""

from __future__ import annotations

import binascii
import math
import struct
from base64 import b64decode
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from ..artifacts.kinds import PNG
from ..ingest.fault import Fault
from ..ingest.numbers import LARGEST_STEP, is_whole

LONGEST_NAME = 255
LONGEST_TEXT = 1000
LARGEST_SIDE = 8192
MOST_BINS = 1024
MOST_CLASSES = 200
MOST_COLUMNS = 100
MOST_ROWS = 2000


def check_media(data: dict[str, Any]) -> None:
    """Raises Fault for what cannot be shown."""
    name, step = data.get("name"), data.get("step", 0)
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise Fault("/data/name", "bad-name", f"A name has 1 to {LONGEST_NAME} characters.")
    if not is_whole(step, LARGEST_STEP):
        raise Fault("/data/step", "bad-step", "A step is an integer from 0 to 2^53-1.")
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in CHECKS:
        known = ", ".join(CHECKS)
        raise Fault("/data/type", "bad-type", f"The type of media is one of {known}.")
    _check_text(data.get("caption", ""), "/data/caption")
    CHECKS[kind](data)


def png_of(data: dict[str, Any]) -> bytes:
    """The bytes of an image that passed."""
    return b64decode(data["png"])


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the header says."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _check_image(data: dict[str, Any]) -> None:
    text = data.get("png")
    try:
        png = b64decode(text if isinstance(text, str) else "", validate=True)
    except (binascii.Error, ValueError):
        png = b""
    if not png.startswith(PNG) or png[12:16] != b"IHDR" or len(png) < 33:
        raise Fault("/data/png", "bad-image", "An image is a PNG in base64.")
    if not all(0 < side <= LARGEST_SIDE for side in size_of(png)):
        raise Fault("/data/png", "bad-image", f"A side has 1 to {LARGEST_SIDE} pixels.")


def _check_histogram(data: dict[str, Any]) -> None:
    edges, counts = _numbers(data, "edges"), _numbers(data, "counts")
    if not 0 < len(counts) <= MOST_BINS or len(edges) != len(counts) + 1:
        raise Fault(
            "/data/counts",
            "bad-histogram",
            f"A histogram has 1 to {MOST_BINS} counts and one edge more than that.",
        )
    if any(low >= high for low, high in pairwise(edges)):
        raise Fault("/data/edges", "bad-histogram", "The edges of a histogram rise.")
    if any(count < 0 for count in counts):
        raise Fault("/data/counts", "bad-histogram", "A count is not negative.")


def _check_confusion(data: dict[str, Any]) -> None:
    labels, rows = data.get("labels"), data.get("counts")
    if not isinstance(labels, list) or not 0 < len(labels) <= MOST_CLASSES:
        raise Fault("/data/labels", "bad-labels", f"There are 1 to {MOST_CLASSES} labels.")
    for place, label in enumerate(labels):
        _check_text(label, f"/data/labels/{place}")
    square = isinstance(rows, list) and len(rows) == len(labels)
    if not square or not all(_is_row_of_counts(row, len(labels)) for row in rows or ()):
        raise Fault(
            "/data/counts", "bad-matrix", "A confusion matrix has a row of counts for each label."
        )


def _is_row_of_counts(row: Any, length: int) -> bool:
    return (
        isinstance(row, list)
        and len(row) == length
        and all(is_whole(count, LARGEST_STEP) for count in row)
    )


def _check_table(data: dict[str, Any]) -> None:
    columns, rows = data.get("columns"), data.get("rows")
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
        raise Fault("/data/columns", "bad-table", f"A table has 1 to {MOST_COLUMNS} columns.")
    for place, column in enumerate(columns):
        _check_text(column, f"/data/columns/{place}")
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise Fault("/data/rows", "bad-table", f"A table has up to {MOST_ROWS} rows.")
    for place, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(columns) or not all(map(_is_cell, row)):
            raise Fault(
                f"/data/rows/{place}",
                "bad-table",
                f"A row has a number, a text of up to {LONGEST_TEXT} characters, true, false or "
                "null for each column.",
            )


def _is_cell(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return value is None or isinstance(value, bool | int | float)


def _check_text(value: Any, pointer: str) -> None:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Fault(pointer, "bad-text", f"A text of up to {LONGEST_TEXT} characters.")


def _numbers(data: dict[str, Any], name: str) -> Sequence[float]:
    values = data.get(name)
    if not isinstance(values, list) or not all(map(_is_number, values)):
        raise Fault(f"/data/{name}", "bad-histogram", f"{name} is a list of finite numbers.")
    return values


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "image": _check_image,
    "histogram": _check_histogram,
    "confusion": _check_confusion,
    "table": _check_table,
}
