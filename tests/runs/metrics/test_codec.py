import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.metrics.codec import (
    Reader,
    decode_ints,
    decode_times,
    decode_values,
    encode_ints,
    encode_times,
    encode_values,
)

anything = st.lists(st.floats(width=64), max_size=300)
patterns = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50)


def bits(values) -> list[int]:
    return np.asarray(values, np.float64).view(np.int64).tolist()


def through(encode, decode, values, **options):
    data = encode(values, **options)
    reader = Reader(data + b"what follows")
    back = decode(reader, len(values))
    assert reader.offset == len(data)
    return back


@given(anything, st.booleans())
def test_values_come_back_bit_for_bit(values, compress):
    array = np.array(values, np.float64)
    assert bits(through(encode_values, decode_values, array, compress=compress)) == bits(array)


@given(patterns, st.integers(1, 60))
def test_any_bit_pattern_is_a_value(patterns, repeat):
    array = np.array(patterns * repeat, np.int64).view(np.float64)
    assert bits(through(encode_values, decode_values, array)) == bits(array)


@given(anything)
def test_times_come_back_bit_for_bit(values):
    array = np.array(values, np.float64)
    assert bits(through(encode_times, decode_times, array)) == bits(array)


@given(st.lists(st.integers(0, 2**53 - 1), max_size=200))
def test_any_steps_come_back(values):
    array = np.array(values, np.int64)
    assert through(encode_ints, decode_ints, array).tolist() == values


@given(st.integers(0, 2**40), st.integers(-5, 9), st.lists(st.integers(-3, 3), max_size=200))
def test_nearly_regular_steps_come_back(start, stride, noise):
    array = start + stride * np.arange(len(noise)) + np.array(noise, np.int64)
    assert through(encode_ints, decode_ints, array).tolist() == array.tolist()


@pytest.mark.parametrize("count", [1, 2, 5, 64, 5000])
def test_regular_steps_and_times_cost_a_constant(count):
    steps = 400 + 3 * np.arange(count)
    assert len(encode_ints(steps)) < 20
    assert len(encode_times(1_763_870_000.125 + 0.004 * np.arange(count))) < 20


def test_times_without_decimals_cost_little():
    uneven = 1_763_870_000.1 + np.arange(5000) / 3
    assert len(encode_times(uneven)) < 2 * len(uneven)


def test_values_of_float32_take_half():
    values = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    wide = np.random.default_rng(1).standard_normal(1000)
    small = len(encode_values(values.astype(np.float64), compress=False))
    assert small < 0.51 * len(encode_values(wide, compress=False))


def test_noise_is_not_made_longer():
    noise = np.random.default_rng(2).integers(0, 256, 8 * 4096, np.uint8).view(np.float64)
    assert len(encode_values(noise)) <= 8 * 4096 + 40
