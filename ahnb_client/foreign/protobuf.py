"""The wire format of protocol buffers, as far as event files need it.

Source: protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Value = int | bytes


def fields(message: bytes) -> Iterator[tuple[int, int, Value]]:
    """Return (number, wire type, value) of each field; fixed ones as their 4 or 8 bytes.

    Raises:
        ValueError: that is no message.
    """
    place = 0
    while place < len(message):
        key, place = varint(message, place)
        number, kind = key >> 3, key & 7
        value: Value
        if kind == VARINT:
            value, place = varint(message, place)
        elif kind in {FIXED64, FIXED32, BYTES}:
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if size is None:
                size, place = varint(message, place)
            value, place = message[place : place + size], place + size
            if place > len(message):
                raise ValueError("a field that is cut off")
        else:
            raise ValueError(f"wire type {kind}")
        yield number, kind, value


def varint(message: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, and the place after it. Raises ValueError if it has no end."""
    number = shift = 0
    while shift < 70:
        if place >= len(message):
            break
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise ValueError("a number without end")


def numbers(value: Value, form: str) -> list[float]:
    """Return the numbers of a repeated field, packed or one by one; `form` is struct's letter."""
    if isinstance(value, int):
        return [_signed(value)]
    if form == "v":
        found, place = [], 0
        while place < len(value):
            number, place = varint(value, place)
            found.append(float(_signed(number)))
        return found
    size = struct.calcsize(form)
    return [one for (one,) in struct.iter_unpack(f"<{form}", value[: len(value) // size * size])]


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
