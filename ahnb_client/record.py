"""The binary records of the spool, and how Python values become numbers in them.

A record is a frame: `length` and `crc32` of its payload (little-endian, 4 bytes each), the
payload, and zeros up to a multiple of eight. A length of zero ends a segment. Three kinds:

    SERIES  kind, unit, attempt (0), series, names as JSON
    POINT   kind, flags, attempt, series, step, time, [at_step], a float64 per name
    EVENT   kind, 0, attempt, 0, the event as JSON

The checksum makes a torn or damaged record visible; the alignment lets a reader find the next.
"""

import json
import operator
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from zlib import crc32

UNITS = ("step", "epoch", "time")
SERIES, POINT, EVENT = 1, 2, 3
HAS_AT_STEP = 1
ALIGNMENT = 8

HEADER = struct.Struct("<II")
PREFIX = struct.Struct("<BBHI")
_POINT_HEAD = "<BBHIQd"
POINT_HEAD = struct.Struct(_POINT_HEAD)

# "No value at this position" is a quiet NaN with a payload that no computation produces.
MISSING_BYTES = struct.pack("<Q", 0x7FF8_A4B0_0000_0001)
(MISSING,) = struct.unpack("<d", MISSING_BYTES)


class Prefix(NamedTuple):
    """The first eight bytes of every payload."""

    kind: int
    flags: int
    attempt: int
    series: int


def frame(payload: bytes) -> bytes:
    """The payload with its length, checksum and padding, ready for a segment."""
    return HEADER.pack(len(payload), crc32(payload)) + payload + bytes(-len(payload) % ALIGNMENT)


def point_struct(width: int, *, at_step: bool = False) -> struct.Struct:
    """The layout of a point with `width` values."""
    return struct.Struct(_POINT_HEAD + ("Q" if at_step else "") + f"{width}d")


def pack_series(series: int, unit: str, names: Sequence[str]) -> bytes:
    text = json.dumps(list(names), ensure_ascii=False).encode()
    return PREFIX.pack(SERIES, UNITS.index(unit), 0, series) + text


def unpack_series(payload: bytes) -> tuple[int, str, tuple[str, ...]]:
    """The number, unit and names that a SERIES record defines."""
    prefix = prefix_of(payload)
    return prefix.series, UNITS[prefix.flags], tuple(json.loads(payload[PREFIX.size :]))


def pack_event(attempt: int, text: bytes) -> bytes:
    return PREFIX.pack(EVENT, 0, attempt, 0) + text


def prefix_of(payload: bytes) -> Prefix:
    return Prefix._make(PREFIX.unpack_from(payload))


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each whole record of `data` as (offset after it, payload); damaged ones are passed over."""
    offset, size = 0, len(data)
    while offset + HEADER.size <= size:
        length, checksum = HEADER.unpack_from(data, offset)
        start = offset + HEADER.size
        payload = data[start : start + length]
        if length >= PREFIX.size and len(payload) == length and crc32(payload) == checksum:
            offset = start + length + -length % ALIGNMENT
            yield offset, payload
        elif length == 0 and not data[offset:].strip(b"\0"):
            return
        else:
            offset += ALIGNMENT


def to_float(value: Any) -> float:
    """A number-like thing as a float; `MISSING` when it is none.

    Takes Python and NumPy scalars, tensors of no dimension or of one element, bfloat16.
    """
    if isinstance(value, (str, bytes, bytearray)):
        return MISSING
    for convert in (float, _only_item):
        try:
            return convert(value)
        except Exception:  # noqa: BLE001, S112 - a person's object may raise anything
            continue
    return MISSING


def _only_item(value: Any) -> float:
    return float(value.item())


def to_step(value: Any) -> int:
    """A step as an integer.

    Raises:
        TypeError, ValueError: it is not a whole number from 0 to 2**53 - 1.
    """
    try:
        step = operator.index(value)
    except TypeError:
        step = int(value)
        if step != value:
            raise ValueError(f"a step is a whole number, not {value!r}") from None
    if not 0 <= step < 1 << 53:
        raise ValueError(f"a step is between 0 and 2**53 - 1, not {step}")
    return step
