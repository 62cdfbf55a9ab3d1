"""Arrays as bytes, exactly: whatever encoding is chosen, the same bits come back.

An encoding names itself in its first byte and ends by itself, given the number of elements, so
arrays stand one after another and a `Reader` walks over them.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PROGRESSION, DELTAS, DELTAS_OF_DELTAS = 0, 1, 2
CONSTANT, RAW, PLANES = 0, 1, 2
SCALES: Final = (1e6, float(2**22))  # decimal microseconds; the spacing of float64 around today
EXACT: Final = 2.0**53
PROBE: Final = 512
NOISE: Final = 180  # different bytes in a probe; random ones have some 221
PROBE_NARROW: Final = 16
REMEMBERED: Final = 1024
WIDTHS: Final = ((np.int8, 1), (np.int16, 2), (np.int32, 4), (np.int64, 8))


_struct = lru_cache(maxsize=64)(struct.Struct)


class Reader:
    """A place in a buffer that moves on with every read."""

    def __init__(self, buffer: bytes | memoryview) -> None:
        self.buffer = memoryview(buffer)
        self.offset = 0

    def take(self, size: int) -> memoryview:
        start = self.offset
        self.offset = start + size
        return self.buffer[start : self.offset]

    def unpack(self, form: str) -> tuple[Any, ...]:
        known = _struct(form)
        found = known.unpack_from(self.buffer, self.offset)
        self.offset += known.size
        return found

    def array(self, dtype: Any, count: int) -> NDArray[Any]:
        kind = np.dtype(dtype)
        found = np.frombuffer(self.buffer, kind, count, self.offset)
        self.offset += count * kind.itemsize
        return found


def encode_ints(values: Ints) -> bytes:
    """Steps and counts (magnitude below 2^61): a progression, or narrow differences."""
    count = len(values)
    start = int(values[0]) if count else 0
    if count < 2:
        return struct.pack("<Bqq", PROGRESSION, start, 0)
    deltas = values[1:] - values[:-1]
    stride = int(deltas[0])
    if (deltas == stride).all():
        return struct.pack("<Bqq", PROGRESSION, start, stride)
    curves = deltas[1:] - deltas[:-1]
    if _width(curves)[1] < _width(deltas)[1]:
        return struct.pack("<Bqq", DELTAS_OF_DELTAS, start, stride) + _narrow(curves)
    return struct.pack("<Bq", DELTAS, start) + _narrow(deltas)


def decode_ints(reader: Reader, count: int) -> Ints:
    (kind, start) = reader.unpack("<Bq")
    if kind == PROGRESSION:
        (stride,) = reader.unpack("<q")
        return (_remembered if count <= REMEMBERED else _progression)(start, stride, count)
    if kind == DELTAS:
        deltas = _widen(reader, count - 1)
    else:
        (stride,) = reader.unpack("<q")
        deltas = np.cumsum(np.concatenate(([stride], _widen(reader, count - 2))))
    return np.cumsum(np.concatenate(([start], deltas)))


def _progression(start: int, stride: int, count: int) -> Ints:
    found = start + stride * np.arange(count, dtype=np.int64)
    found.flags.writeable = False
    return found


# The buckets of metrics that share their steps and times have the same ones again and again.
_remembered = lru_cache(maxsize=512)(_progression)


def encode_times(values: Floats) -> bytes:
    """Seconds: integers of a fixed unit where that gives back the same bits."""
    for number, scale in enumerate(SCALES if len(values) > 1 else ()):
        ints = _scaled(values, scale)
        if ints is not None:
            return bytes((number,)) + encode_ints(ints)
    return bytes((len(SCALES),)) + encode_values(values)


def raw_times(values: Floats) -> bytes:
    """Seconds as they are, quickly; `decode_times` reads them, too."""
    return struct.pack("<BBB", len(SCALES), RAW, values.itemsize) + values.tobytes()


def decode_times(reader: Reader, count: int) -> Floats:
    (number,) = reader.unpack("<B")
    if number == len(SCALES):
        return decode_values(reader, count)
    return decode_ints(reader, count) / SCALES[number]


def encode_values(values: Floats, *, compress: bool = True) -> bytes:
    """Any float64; as float32 where every value survives it bit for bit."""
    bits = values.view(np.int64)
    if len(bits) and bits[0] == bits[-1] and (bits == bits[0]).all():
        return struct.pack("<Bq", CONSTANT, bits[0])
    chosen = _narrowest(values)
    width = chosen.itemsize
    if compress and len(chosen) >= PROBE // width:
        return struct.pack("<BB", PLANES, width) + _encode_planes(chosen)
    return struct.pack("<BB", RAW, width) + chosen.tobytes()


def decode_values(reader: Reader, count: int) -> Floats:
    (kind,) = reader.unpack("<B")
    if kind == CONSTANT:
        return np.full(count, reader.unpack("<q")[0], np.int64).view(np.float64)
    (width,) = reader.unpack("<B")
    dtype = np.float32 if width == 4 else np.float64
    if kind == RAW:
        return reader.array(dtype, count).astype(np.float64, copy=False)
    planes = _decode_planes(reader, count, width)
    return np.ascontiguousarray(planes.T).view(dtype).ravel().astype(np.float64)


def _narrowest(values: Floats) -> NDArray[Any]:
    """The values as float32 where that gives back the same bits."""
    for part in (values[:PROBE_NARROW], values):
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            small = part.astype(np.float32)
            same = small.astype(np.float64).view(np.int64) == part.view(np.int64)
        if not same.all():
            return values
    return small


def _scaled(values: Floats, scale: float) -> Ints | None:
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.rint(values * scale)
        if not (np.abs(scaled) < EXACT).all():
            return None
        ints = scaled.astype(np.int64)
    same = (ints / scale).view(np.int64) == values.view(np.int64)
    return ints if same.all() else None


def _width(values: Ints) -> tuple[Any, int]:
    if not len(values):
        return WIDTHS[0]
    low, high = int(values.min()), int(values.max())
    for dtype, size in WIDTHS:
        info = np.iinfo(dtype)
        if info.min <= low and high <= info.max:
            return dtype, size
    raise AssertionError("an int64 fits int64")


def _narrow(values: Ints) -> bytes:
    dtype, size = _width(values)
    raw = values.astype(dtype).tobytes()
    packed = zlib.compress(raw, 1) if len(raw) > 64 else raw
    if len(packed) < len(raw):
        return struct.pack("<BI", size, len(packed)) + packed
    return struct.pack("<BI", size, 0) + raw


def _widen(reader: Reader, count: int) -> Ints:
    size, packed = reader.unpack("<BI")
    raw = zlib.decompress(reader.take(packed)) if packed else reader.take(count * size)
    return np.frombuffer(raw, f"<i{size}").astype(np.int64)


def _encode_planes(values: NDArray[Any]) -> bytes:
    """Byte 0 of all values, then byte 1, and so on; each plane compressed where that pays."""
    width = values.itemsize
    planes = np.ascontiguousarray(values.view(np.uint8).reshape(-1, width).T)
    parts = []
    for plane in planes:
        raw = plane.tobytes()
        packed = _compressed(raw)
        parts.append(struct.pack("<I", len(packed)) + (packed or raw))
    return b"".join(parts)


def _compressed(raw: bytes) -> bytes:
    """The compressed plane, or nothing where a sample shows that it is noise."""
    if len(set(raw[:PROBE])) > NOISE:
        return b""
    packed = zlib.compress(raw, 1)
    return packed if len(packed) < len(raw) else b""


def _decode_planes(reader: Reader, count: int, width: int) -> NDArray[np.uint8]:
    planes = np.empty((width, count), np.uint8)
    for plane in planes:
        (packed,) = reader.unpack("<I")
        raw = zlib.decompress(reader.take(packed)) if packed else reader.take(count)
        plane[:] = np.frombuffer(raw, np.uint8)
    return planes
