import uuid

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ahnb_platform.errors import Malformed, Missing
from runs import metrics

from .builders import NOW, PROJECT, Story, column
from .model import check

pytestmark = pytest.mark.django_db


def long_run(count=100_000) -> Story:
    story = Story()
    values = np.random.default_rng(1).standard_normal(count)
    values[[5, 70_000]] = np.nan, np.inf
    for start in range(0, count, 10_000):
        part = slice(start, start + 10_000)
        story.send(column("loss", values[part], steps=np.arange(count)[part]))
    return story


def test_an_unknown_metric_has_no_points():
    entry = Story().read("nothing").as_dict()
    assert (entry["total"], entry["exact"], entry["x"], entry["first"]) == (0, True, [], None)


def test_few_points_come_as_they_are():
    story = Story()
    story.send(column("loss", [0.5, np.nan, -0.0], steps=[3, 4, 4]))
    assert story.read("loss").as_dict() == {
        "unit": "step",
        "total": 3,
        "exact": True,
        "x": [3, 4, 4],
        "min": [0.5, None, -0.0],
        "max": [0.5, None, -0.0],
        "first": [3, 0.5],
        "last": [4, -0.0],
        "nonfinite": [[4, "NaN"]],
        "nonfinite_total": 1,
        "t": [NOW, NOW + 0.1, NOW + 0.2],
    }


def test_times_come_only_when_asked_for():
    story = Story()
    story.send(column("loss", [0.5]))
    found = metrics.series(**story.place, names=["loss"], points=10)
    assert "t" not in found["loss"].as_dict()


def test_buckets_and_tail_are_true_together():
    story = long_run()
    for start, stop in [(None, None), (9, 99_990), (69_000, 71_000), (99_000, None), (None, 3)]:
        for wanted in (10, 1500):
            window = {"start": start, "stop": stop}
            found = story.read("loss", wanted, **window)
            check(found, story.model.window("loss", **window), wanted)


def test_a_chart_of_many_points_fills_its_width():
    story = long_run()
    assert len(story.read("loss", 1500).x) == 1500
    assert len(story.read("loss", 1500, start=1_000, stop=50_000).x) > 1200


def test_a_chart_takes_the_same_few_queries_for_any_length():
    story = long_run()
    taken = []
    for name, stop in (("loss", None), ("loss", 50_003), ("nothing", None)):
        with CaptureQueriesContext(connection) as seen:
            story.read(name, 1500, stop=stop)
        taken.append(len(seen))
    assert max(taken) <= 9


def test_nonfinite_points_are_listed_up_to_a_thousand():
    story = Story()
    values = np.where(np.arange(30_000) % 3, 1.0, np.nan)
    story.send(column("loss", values))
    story.fold()
    for start in (0, 1, 20_001):
        found = story.read("loss", 50, start=start)
        check(found, story.model.window("loss", start=start), 50)
        assert len(found.nonfinite) == 1000


def test_an_attempt_ends_where_its_successor_resumed():
    story = Story()
    story.send(column("loss", [0.0, 1.0, 2.0, 3.0]))
    story.begin(1, 2)
    story.send(column("loss", [20.0, 30.0], steps=[2, 3]), attempt=1)
    assert story.read("loss").low == [0.0, 1.0, 20.0, 30.0]
    assert story.read("loss", attempt=0).low == [0.0, 1.0, 2.0, 3.0]


def test_where_attempts_have_a_step_in_common_the_newer_comes_last():
    """Whichever of them lies in the trees and whichever in the tail still."""
    for order in ([0, 1], [1, 0]):
        story = Story()
        for attempt in order:
            values = [attempt + 0.5, np.nan if attempt else np.inf]
            story.send(column("loss", values), attempt=attempt)
            if attempt == order[0]:
                story.begin(1, 2)
                story.fold()
        check(story.read("loss"), story.model.window("loss"), 10**6)
        curve = curve_of(story, "loss")
        assert curve.low == [0.5, 1.5, None, None]
        assert curve.last == (1, "NaN")
        assert np.array_equal(story.ends(loss=4)["loss"], [0.5, 1.5, np.nan, np.nan], True)


def test_a_resume_further_back_hides_more():
    story = Story()
    story.send(column("loss", [0.0, 1.0, 2.0, 3.0]))
    story.begin(1, 3)
    story.send(column("loss", [30.0], steps=[3]), attempt=1)
    story.begin(2, 1)
    story.send(column("loss", [100.0], steps=[1]), attempt=2)
    assert story.read("loss").low == [0.0, 100.0]
    assert story.read("loss", attempt=1).low == [0.0, 1.0, 2.0, 30.0]


def test_epochs_of_ancestors_are_cut_by_their_place_among_the_steps():
    story = Story()
    story.send(column("val", [0.0, 1.0, 2.0], steps=[0, 1, 2], unit="epoch", at_step=[44, 88, 132]))
    story.begin(1, 100)
    story.fold()
    assert story.read("val").low == [0.0, 1.0]


def test_times_of_ancestors_stay():
    story = Story()
    story.send(column("cpu", [1.0, 2.0], unit="time", times=[NOW, NOW + 1]))
    story.begin(1, 0)
    story.send(column("cpu", [3.0], unit="time", times=[NOW + 2]), attempt=1)
    assert story.read("cpu").low == [1.0, 2.0, 3.0]


def test_attempts_that_overlap_are_still_drawn_finely():
    story = Story()
    for attempt in (0, 1):
        values = np.random.default_rng(attempt).standard_normal(60_000)
        story.send(column("loss", values), attempt=attempt)
    story.begin(1, 60_000)
    story.fold()
    found = story.read("loss", 500)
    check(found, story.model.window("loss"), 500)
    assert len(found.x) > 400


def test_curves_of_resumed_runs_end_their_long_attempts_exactly():
    """Steps by themselves, epochs by the steps at which they ended, which are far larger."""
    for unit, limit in (("step", 30_001), ("epoch", 30_001 * 44)):
        story = Story()
        epochs = np.arange(60_000)
        values = np.where(epochs <= 30_000, epochs % 7, 99.0)
        story.send(column("loss", values, unit=unit, at_step=epochs * 44))
        story.begin(1, limit)
        story.fold()
        assert story.levels("loss") > 0
        again = column("loss", [3.0] * 5, unit=unit, steps=[30_001, 30_002, 30_003, 30_004, 30_005])
        story.send(again, attempt=1)
        curve = curve_of(story, "loss")
        assert (curve.total, curve.last) == (30_006, (30_005, 3.0))
        assert max(curve.high) == 6.0


def curve_of(story, name):
    return story.curve(name, 200)[story.run_id]


def test_an_attempt_that_the_run_does_not_have_is_refused():
    story = Story()
    story.send(column("loss", [0.0]))
    with pytest.raises(Malformed) as refused:
        story.read("loss", attempt=1)
    assert refused.value.code == "bad-attempt"


def test_a_run_that_is_not_there_is_missing():
    with pytest.raises(Missing):
        metrics.series(project_id=PROJECT, run_id=uuid.uuid4(), names=["loss"], points=10)
