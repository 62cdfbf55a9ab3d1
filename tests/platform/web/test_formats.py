"""Numbers and times as people read them."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from ahnb_platform.web import formats


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.98607, "0.9861"),
        (0.5, "0.5000"),
        (12.3456, "12.35"),
        (1234.5678, "1,234.6"),
        (0.0009, "9e-4"),
        (0.00091234, "9.123e-4"),
        (-0.25, "−0.2500"),
        (3.0, "3"),
        (1_437_000, "1,437,000"),
        (1.5e9, "1,500,000,000"),
        (2.5e20, "2.5e20"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_numbers_have_four_significant_digits(value: float | str | None, shown: str) -> None:
    assert formats.number(value) == shown


@pytest.mark.parametrize("value", [0.99996, 0.999999, 1.00001, 41.99999, 999.99999])
def test_a_number_that_is_not_whole_is_never_shown_as_whole(value: float) -> None:
    shown = formats.number(value)
    assert not float(shown.replace(",", "")).is_integer()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.001, "0.001"),
        (1e-05, "1e-5"),
        (32.0, "32"),
        (True, "true"),
        (None, "–"),
        (0.0010000000474974513, "0.001"),
        (0.10000000149011612, "0.1"),
        (0.30000000000000004, "0.30000000000000004"),
        (16777217.0, "16777217"),
        (1e300, "1e300"),
        ({"class": "Zeros"}, "Zeros"),
        ({"class": "L2", "l2": 0.009999999776482582}, "L2 (l2 0.01)"),
        ({"class_name": "Adam", "module": "keras", "config": {"beta_1": 0.9}}, "Adam (beta_1 0.9)"),
        ({"a": 1, "b": {"c": False}, "d": None}, "a 1, b c false"),
        ({}, "–"),
        ([1, 2.5, "a"], "1, 2.5, a"),
        ("adam", "adam"),
    ],
)
def test_parameters_are_shown_as_they_were_given(value: object, shown: str) -> None:
    assert formats.given(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.012, "12 ms"), (1.84, "1.8 s"), (59, "59 s"), (242, "4 min 2 s"), (7200, "2 h")],
)
def test_durations_have_their_two_largest_units(seconds: float, shown: str) -> None:
    assert formats.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (41_200_000, "41 MB")],
)
def test_sizes_are_decimal(count: int, shown: str) -> None:
    assert formats.size(count) == shown


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=45), "45 s ago"),
        (timedelta(minutes=18), "18 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=60), "2 Jan 2026"),
    ],
)
def test_times_are_relative_until_a_date_says_more(past: timedelta, words: str) -> None:
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert formats.ago(now - past, now) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 values"), (1, "1 value"), (-1, "−1 value"), (2000, "2,000 values")]
)
def test_one_is_not_counted_as_many(count: int, words: str) -> None:
    assert formats.counted(count, "value") == words


def test_one_byte_is_one() -> None:
    assert [formats.size(count) for count in (0, 1, 2)] == ["0 bytes", "1 byte", "2 bytes"]
