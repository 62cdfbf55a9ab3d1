"""The binary records of the spool, and how Python values become numbers in them.

A record is a frame: `length` and `crc32` of its payload (little-endian, 4 bytes each), the
payload, and zeros up to a multiple of eight. A length of zero ends a segment. Three kinds:

    SERIES  kind, unit, attempt (0), series, names as JSON
    POINT   kind, flags, attempt, series, step, [at_step], a float64 per name, time
    EVENT   kind, 0, attempt, 0, the event as JSON

The checksum makes a torn or damaged record visible; the alignment lets a reader find the next.

A hook has no time for a checksum: its tables have left the processor's caches by the next batch.
It writes a loose point, marked in the length, whose time stands last and is never zero, so that
a torn one, or one whose place was only reserved, is still seen. Points are sealed with their
checksum when their segment is complete. A definition of series 0, without names, fills a place
where nothing came.
"""

import json
import operator
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from zlib import crc32

UNITS = ("step", "epoch", "time")
SERIES, POINT, EVENT = 1, 2, 3
HAS_AT_STEP = 1
ALIGNMENT = 8

TOO_LARGE_STEP = 1 << 53  # a JSON number holds each whole number below it
LOOSE = 1 << 31  # in the length of a frame without a checksum

HEADER = struct.Struct("<II")
PREFIX = struct.Struct("<BBHI")
TIME = struct.Struct("<d")
POINT_HEAD = struct.Struct("<BBHIQ")
_NO_TIME = bytes(TIME.size)
_LOOSE_START = HEADER.size + PREFIX.size
# The native form is packed in half the time; everything is aligned, so its bytes are the same.
_QUICKEST = "@" if sys.byteorder == "little" else "<"

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
    return struct.Struct(POINT_HEAD.format + ("Q" if at_step else "") + f"{width}dd")


def loose_struct(width: int) -> struct.Struct:
    """The layout of a whole loose point: what `loose_start` gives, step, values, time."""
    return struct.Struct(f"{_QUICKEST}16sQ{width}dd")


def loose_start(width: int, attempt: int, series: int) -> bytes:
    """The first 16 bytes of the loose points of a series."""
    length = point_struct(width).size
    return HEADER.pack(length | LOOSE, 0) + PREFIX.pack(POINT, 0, attempt, series)


def pack_series(series: int, unit: str, names: Sequence[str]) -> bytes:
    text = json.dumps(list(names), ensure_ascii=False).encode()
    return PREFIX.pack(SERIES, UNITS.index(unit), 0, series) + text


def filler(size: int) -> bytes:
    """A frame of `size` bytes, at least 24 and a multiple of 8, that says nothing."""
    text = b"[]".ljust(size - _LOOSE_START)
    return frame(PREFIX.pack(SERIES, 0, 0, 0) + text)


def unpack_series(payload: bytes) -> tuple[int, str, tuple[str, ...]]:
    """The number, unit and names that a SERIES record defines."""
    prefix = prefix_of(payload)
    return prefix.series, UNITS[prefix.flags], tuple(json.loads(payload[PREFIX.size :]))


def pack_event(attempt: int, text: bytes) -> bytes:
    return PREFIX.pack(EVENT, 0, attempt, 0) + text


def prefix_of(payload: bytes) -> Prefix:
    return Prefix._make(PREFIX.unpack_from(payload))


def frames(data: bytes, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """Each whole record of `data` as (offset after it, payload); damaged ones are passed over."""
    size = len(data)
    while offset + HEADER.size <= size:
        length, checksum = HEADER.unpack_from(data, offset)
        start = offset + HEADER.size
        payload = data[start : start + (length & ~LOOSE)]
        if _is_whole(payload, length, checksum):
            offset = start + len(payload) + -len(payload) % ALIGNMENT
            yield offset, payload
        elif length == 0 and not data[offset:].strip(b"\0"):
            return
        else:
            offset += start - offset + len(payload) if _is_unused(payload, length) else ALIGNMENT


def _is_unused(payload: bytes, length: int) -> bool:
    """Whether a place was reserved for a point that never came."""
    return (
        bool(length & LOOSE)
        and len(payload) == length ^ LOOSE >= POINT_HEAD.size
        and payload[0] == POINT
        and not payload[POINT_HEAD.size :].strip(b"\0")
    )


def _is_whole(payload: bytes, length: int, checksum: int) -> bool:
    if length & LOOSE:
        is_point = len(payload) == length ^ LOOSE >= POINT_HEAD.size and payload[0] == POINT
        return is_point and not checksum and payload[-TIME.size :] != _NO_TIME
    return PREFIX.size <= length == len(payload) and crc32(payload) == checksum


def loose_run(data: bytes, offset: int, most: int) -> int:
    """How many loose points of one series and attempt lie at `offset`, at most `most`."""
    start = data[offset : offset + _LOOSE_START]
    if len(start) < _LOOSE_START or not start[3] & LOOSE >> 24:
        return 0
    size = loose_size(start)
    if size % ALIGNMENT or size < _LOOSE_START + 2 * ALIGNMENT:
        return 0
    count = min(most, (len(data) - offset) // size)
    words = memoryview(data)[offset : offset + count * size].cast("Q")
    stride = size // ALIGNMENT
    heads = [words[place::stride].tolist() for place in (0, 1)]
    times = words[stride - 1 :: stride].tolist()
    ends = [_run_of(head) for head in heads] if count else []
    return min([*ends, times.index(0) if 0 in times else count])


def _run_of(values: list[int]) -> int:
    """How many of them are like the first, until another one comes."""
    first = values[0]
    if values.count(first) == len(values):
        return len(values)
    return next(index for index, value in enumerate(values) if value != first)


def loose_columns(data: bytes) -> list[list[Any]]:
    """Steps, the values of each name, and times of loose points of one series."""
    stride = loose_size(data) // ALIGNMENT
    if sys.byteorder != "little":
        points = loose_struct(stride - 4).iter_unpack(data)
        return [list(column) for column in zip(*points, strict=True)][1:]
    words = memoryview(data)
    floats = words.cast("d")
    first = _LOOSE_START // ALIGNMENT
    values = [floats[place::stride].tolist() for place in range(first + 1, stride)]
    return [words.cast("Q")[first::stride].tolist(), *values]


def loose_size(data: bytes) -> int:
    """The bytes of the loose point that `data` begins with, header included."""
    length: int = HEADER.unpack_from(data)[0]
    return (length ^ LOOSE) + HEADER.size


def seals(data: bytes) -> Iterator[tuple[int, bytes]]:
    """For each loose point of `data` where its header lies, and the one with the checksum."""
    for end, payload in frames(data):
        start = end - len(payload) - HEADER.size  # points need no padding
        if payload[0] == POINT and data[start + 3] & LOOSE >> 24:
            yield start, HEADER.pack(len(payload), crc32(payload))


def time_of(payload: bytes) -> float:
    """When a point was recorded, seconds since the epoch."""
    moment: float = TIME.unpack_from(payload, len(payload) - TIME.size)[0]
    return moment


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
    if not 0 <= step < TOO_LARGE_STEP:
        raise ValueError(f"a step is between 0 and 2**53 - 1, not {step}")
    return step
