"""Batches as JSON: axes are shared, values are exact, names stand once."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from ahnb_client.series import Series
from ahnb_client.transport.batch import MAX_BYTES, cut
from ahnb_client.transport.journal import START, Journal
from ahnb_client.transport.reader import Reader

from .spools import add_event, fail


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def batch_of(journal: Journal) -> Any:
    return json.loads(cut(Reader(journal), START).encode("writer", 7))


def batches_of(journal: Journal) -> list[bytes]:
    reader, position, bodies = Reader(journal), START, []
    while (batch := cut(reader, position)).records:
        bodies.append(batch.encode("writer", len(bodies) + 1))
        position = batch.end
    return bodies


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([5], {"start": 5, "stride": 1, "count": 1}),
        ([0, 1, 2], {"start": 0, "stride": 1, "count": 3}),
        ([10, 20, 30], {"start": 10, "stride": 10, "count": 3}),
        ([3, 2, 1], {"steps": [3, 2, 1]}),
        ([1, 1, 1], {"steps": [1, 1, 1]}),
        ([1, 2, 4], {"steps": [1, 2, 4]}),
        ([2**53 - 1], {"start": 2**53 - 1, "stride": 1, "count": 1}),
    ],
)
def test_even_steps_are_a_start_and_a_stride(
    journal: Journal, steps: list[int], expected: dict[str, Any]
) -> None:
    series = Series(journal, ["loss"], "step", fail)
    for step in steps:
        series.append(step, [0.5], time=100.0)
    (axis,) = batch_of(journal)["axes"]
    assert axis == {**expected, "t0": 100.0, "dt_ms": [0] * len(steps)}


def test_times_are_milliseconds_after_the_first_also_when_they_run_back(journal: Journal) -> None:
    series = Series(journal, ["loss"], "step", fail)
    for step, seconds in enumerate([100.0104, 100.5, 99.9996]):
        series.append(step, [0.5], time=seconds)
    (axis,) = batch_of(journal)["axes"]
    assert (axis["t0"], axis["dt_ms"]) == (100.0, [10, 500, 0])


def test_numbers_read_back_as_they_were(journal: Journal) -> None:
    values = [0.1, 1 / 3, 5e-324, -0.0, 1e22, 123456789.123456789, math.nan, math.inf, -math.inf]
    series = Series(journal, ["value"], "step", fail)
    for step, value in enumerate(values):
        series.append(step, [value])
    arrived = batch_of(journal)["metrics"]["value"]["v"]
    assert arrived == [*values[:6], "NaN", "Infinity", "-Infinity"]
    assert math.copysign(1, arrived[3]) == -1


def test_series_with_a_metric_in_common_share_an_axis_in_order_of_arrival(
    journal: Journal,
) -> None:
    both = Series(journal, ["loss", "rate"], "step", fail)
    alone = Series(journal, ["loss"], "step", fail)
    other = Series(journal, ["system"], "step", fail)
    alone.append(3, [0.3])
    both.append(2, [0.2, 9.0])
    other.append(9, [1.0])
    alone.append(3, [0.4])
    batch = batch_of(journal)
    loss, rate, system = (batch["metrics"][name] for name in ("loss", "rate", "system"))
    assert batch["axes"][loss["axis"]]["steps"] == [3, 2, 3]
    assert (loss["v"], rate["v"]) == ([0.3, 0.2, 0.4], [None, 9.0, None])
    assert loss["axis"] == rate["axis"] != system["axis"]


def test_a_metric_never_has_two_units_in_one_batch(journal: Journal) -> None:
    Series(journal, ["loss"], "step", fail).append(0, [0.1])
    Series(journal, ["loss"], "epoch", fail).append(0, [0.2])
    first, second = (json.loads(body) for body in batches_of(journal))
    assert "unit" not in first["axes"][0]
    assert second["axes"][0]["unit"] == "epoch"


def test_points_with_and_without_a_place_on_the_step_axis_stay_apart(journal: Journal) -> None:
    series = Series(journal, ["loss"], "epoch", fail)
    series.append(0, [0.1], at_step=10)
    series.append(1, [0.2])
    first, second = (json.loads(body) for body in batches_of(journal))
    assert first["axes"][0]["at_step"] == [10]
    assert "at_step" not in second["axes"][0]


def test_batches_stay_below_a_mebibyte(journal: Journal) -> None:
    wide = [Series(journal, [f"{n}/{'ä' * 50}" for n in range(200)], "step", fail)]
    wide += [Series(journal, ["0/x", *(f"{k}/{n}" for n in range(99))], "step", fail) for k in "ab"]
    for step in range(300):
        for series in wide:
            series.append(step, [-1.2345678901234567e-300] * (200 if series is wide[0] else 100))
    for index in range(30):
        add_event(journal, "note", "n" * 100_000 + str(index))
    bodies = batches_of(journal)
    assert len(bodies) > 3
    assert max(map(len, bodies)) <= MAX_BYTES + 1000


def test_events_come_along_in_order(journal: Journal) -> None:
    add_event(journal, "params", {"größe": 1})
    add_event(journal, "status", {"status": "finished"})
    batch = cut(Reader(journal), START)
    events = json.loads(batch.encode("writer", 1))["events"]
    assert [event["kind"] for event in events] == ["params", "status"]
    assert events[0]["data"] == {"größe": 1}
    assert batch.status == "finished"
    assert batch.last_at == events[1]["at"]
