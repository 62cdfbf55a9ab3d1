"""Records: what goes in comes out, damage is passed over, anything may be logged."""

import decimal
import fractions
import math
import struct
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from ahnb_client import record
from ahnb_client.plain import MAX_DEPTH, dumps, plain

PAYLOADS = [record.pack_event(0, b"x" * length) for length in (0, 1, 7, 8, 9, 300)]


class Hostile:
    """An object whose every conversion fails."""

    def __float__(self) -> float:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


def payloads_in(data: bytes) -> list[bytes]:
    return [payload for _, payload in record.frames(data)]


def joined() -> bytes:
    return b"".join(record.frame(payload) for payload in PAYLOADS)


def test_frames_come_back_as_they_were_with_zeros_behind() -> None:
    assert payloads_in(joined() + bytes(4096)) == PAYLOADS


def test_every_cut_inside_the_last_record_keeps_all_records_before_it() -> None:
    data = joined()
    last = len(record.frame(PAYLOADS[-1]))
    padding = -len(PAYLOADS[-1]) % record.ALIGNMENT
    for cut in range(len(data) - last, len(data) - padding):
        assert payloads_in(data[:cut].ljust(len(data) + 64, b"\0")) == PAYLOADS[:-1]


def test_a_flipped_bit_costs_only_the_record_that_it_is_in() -> None:
    before, victim, after = (record.frame(PAYLOADS[index]) for index in (5, 4, 3))
    for place in range(len(victim) * 8):
        broken = bytearray(victim)
        broken[place // 8] ^= 1 << place % 8
        found = payloads_in(before + bytes(broken) + after)
        assert found[0] == PAYLOADS[5]
        assert found[-1] == PAYLOADS[3]


def loose(step: int, *values: float) -> bytes:
    start = record.loose_start(len(values), 1, 7)
    return record.loose_struct(len(values)).pack(start, step, *values, 1.5e9)


def test_a_loose_point_is_read_as_a_sealed_one() -> None:
    sealed = record.frame(record.point_struct(2).pack(record.POINT, 0, 1, 7, 3, 0.5, 0.0, 1.5e9))
    assert payloads_in(loose(3, 0.5, 0.0)) == payloads_in(sealed)
    data = bytearray(sealed + loose(4, 1.0) + loose(3, 0.5, 0.0) + bytes(64))
    for place, header in record.seals(bytes(data)):
        data[place : place + len(header)] = header
    assert data[-64 - len(sealed) : -64] == sealed
    assert list(record.seals(bytes(data))) == []
    assert len(payloads_in(bytes(data))) == 3


def test_a_torn_loose_point_is_passed_over_wherever_it_was_cut() -> None:
    point = loose(4, 0.5)
    # Nothing smaller than eight aligned bytes is ever torn.
    for cut in range(0, len(point), 8):
        torn = point[:cut].ljust(len(point), b"\0")
        assert payloads_in(point + torn + point) == payloads_in(point) * 2


def test_a_series_definition_comes_back() -> None:
    payload = record.pack_series(7, "epoch", ("loss", "Größe\n"))
    assert record.unpack_series(payload) == (7, "epoch", ("loss", "Größe\n"))


@pytest.mark.parametrize(
    "value",
    [
        2,
        True,
        2.0,
        np.float16(2),
        np.float32(2),
        np.int64(2),
        np.uint8(2),
        np.array(2.0),
        np.array([[2]]),
        ml_dtypes.bfloat16(2),
        np.array(2, dtype=ml_dtypes.bfloat16),
        decimal.Decimal(2),
        fractions.Fraction(2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_number_like_things_become_floats(value: Any) -> None:
    assert record.to_float(value) == (1.0 if value is True else 2.0)


@pytest.mark.parametrize(
    "value",
    [None, "2", b"2", "loss", 1j, [], [1, 2], {}, set(), object(), Hostile(), 10**400, np.zeros(2)],
    ids=lambda value: type(value).__name__,
)
def test_other_things_are_missing(value: Any) -> None:
    assert record.to_float(value) is record.MISSING


def test_missing_is_told_from_a_nan() -> None:
    assert struct.pack("<d", math.nan) != record.MISSING_BYTES
    assert struct.pack("<d", record.MISSING) == record.MISSING_BYTES


@pytest.mark.parametrize("step", [0, 7, True, np.int32(7), np.uint64(7), 7.0, 2**53 - 1])
def test_whole_numbers_are_steps(step: Any) -> None:
    assert record.to_step(step) == int(step)


@pytest.mark.parametrize("step", [-1, 2**53, 7.5, "x", None, math.nan, math.inf])
def test_other_steps_are_refused(step: Any) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        record.to_step(step)


def test_plain_data_is_json_whatever_it_was() -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    wide: Any = [1]
    for _ in range(40):
        wide = [wide, wide]
    value = {
        "nan": math.nan,
        "infinity": -math.inf,
        "nul": "a\0b\ud800c",
        "huge": 10**5000,
        "array": np.arange(3, dtype="float32"),
        "scalar": np.float32(0.5),
        "path": Path("/data"),
        "set": {1},
        3: "three",
        "hostile": Hostile(),
        "circle": circle,
        "deep": deep,
        "wide": wide,
    }
    copy = plain(value)
    assert dumps(copy)
    assert copy["nan"] == "NaN"
    assert copy["infinity"] == "-Infinity"
    assert copy["nul"] == "a\ufffdb\ufffdc"
    assert copy["array"] == [0.0, 1.0, 2.0]
    assert copy["scalar"] == 0.5
    assert copy["path"] == "/data"
    assert copy["3"] == "three"
    assert copy["hostile"] == "<Hostile>"
    assert copy["circle"] == ["…"]
    assert dumps(copy["deep"]).count(b"[") == MAX_DEPTH - 1


def test_room_that_nothing_came_to_is_passed_over() -> None:
    unused = record.loose_struct(1).pack(record.loose_start(1, 1, 7), 5, 0.0, 0.0)
    for size in (24, 48, 72_000):
        data = record.filler(size) + loose(3, 0.5) + unused * 3 + loose(4, 0.5) + bytes(64)
        assert len(record.filler(size)) == size
        assert payloads_in(data)[1:] == payloads_in(loose(3, 0.5) + loose(4, 0.5))
