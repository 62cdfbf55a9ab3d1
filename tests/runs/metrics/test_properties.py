"""Whatever happens to a run, it reads back as a plain list of its points would."""

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ahnb_platform.errors import Malformed
from runs.metrics.covering import POINTS_LEVEL, Task, Window, cover
from runs.metrics.limits import Limits
from runs.metrics.points import SeriesId
from runs.metrics.records import Place

from .builders import NOW, PROJECT, Story, column
from .model import check

pytestmark = pytest.mark.django_db

TINY = Limits(
    fan_out=2,
    leaf_full=3,
    leaf=6,
    node_full=2,
    node=4,
    join_batches=3,
    join_rows=2,
    join_bytes=600,
    drain_bytes=900,
    drain_bytes_a_metric=0,
)
UNITS = {"loss": "step", "accuracy": "step", "val_loss": "epoch", "system/cpu": "time"}

edges = st.sampled_from(
    [0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, float("nan"), float("inf"), -float("inf")]
)
values = st.one_of(st.floats(width=64), st.floats(-2, 2, width=32), edges)
near_steps = st.integers(0, 40)
steps = st.one_of(near_steps, near_steps, st.integers(0, 2**53 - 1))
moments = st.one_of(st.integers(0, 30).map(lambda tick: NOW + tick / 8), st.floats(0, 4e9))


@st.composite
def columns(draw):
    name = draw(st.sampled_from(sorted(UNITS)))
    count = draw(st.integers(1, 12))
    many = {"min_size": count, "max_size": count}
    regular = st.integers(0, 40).map(lambda start: list(range(start, start + count)))
    located = UNITS[name] == "epoch" and draw(st.booleans())
    return column(
        name,
        draw(st.lists(values, **many)),
        unit=UNITS[name],
        steps=draw(st.one_of(regular, st.lists(steps, **many))),
        times=draw(st.lists(moments, **many)),
        at_step=draw(st.lists(near_steps, **many)) if located else None,
    )


batches = st.lists(columns(), min_size=0, max_size=3, unique_by=lambda one: one.name)
actions = st.one_of(
    st.tuples(st.just("send"), st.integers(0, 1), st.integers(0, 2), batches),
    st.tuples(st.just("send"), st.integers(0, 1), st.integers(0, 2), batches),
    st.tuples(st.just("repeat"), st.integers(0, 100)),
    st.tuples(st.just("begin"), st.integers(1, 3), near_steps),
    st.tuples(st.just("fold")),
)
bounds = st.one_of(st.none(), near_steps, st.integers(0, 30).map(lambda tick: NOW + tick / 8))


def lived(history) -> Story:
    """A run with this history, each batch under its writer's next number."""
    story = Story(limits=TINY)
    writers = [story.writer, Story().run_id]
    seqs = [0, 0]
    sent = []
    for kind, *rest in history:
        if kind == "send":
            who, attempt, group = rest
            seqs[who] += 1
            story.send(*group, attempt=attempt, writer=writers[who], seq=seqs[who])
            sent.append((group, attempt, writers[who], seqs[who]))
        elif kind == "repeat" and sent:
            group, attempt, writer, seq = sent[rest[0] % len(sent)]
            assert story.send(*group, attempt=attempt, writer=writer, seq=seq).duplicate
        elif kind == "begin":
            story.begin(*rest)
        elif kind == "fold":
            story.fold()
    return story


# Each batch in a transaction of its own, so that the process remembers what it wrote.
@pytest.mark.django_db(transaction=True)
@given(
    st.lists(actions, max_size=40),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from([1, 2, 3, 5, 9, 1000]),
    bounds,
    bounds,
    st.one_of(st.none(), st.integers(0, 3)),
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_history_reads_back_true(history, name, wanted, start, stop, attempt):
    story = lived(history)
    window = {"start": start, "stop": stop, "attempt": attempt}
    if attempt is not None and attempt not in story.model.attempts:
        with pytest.raises(Malformed):
            story.read(name, wanted, **window)
        return
    found = story.read(name, wanted, **window)
    check(found, story.model.window(name, **window), wanted)


@given(st.lists(actions, max_size=40), st.sampled_from(sorted(UNITS)), st.sampled_from([3, 1000]))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_history_is_true_as_a_curve_in_a_list(history, name, wanted):
    story = lived(history)
    found = story.curve(name, wanted)
    if name not in story.model.units:
        assert found == {}
        return
    expected = story.model.window(name)
    finite = [point.value for point in expected if np.isfinite(point.value)]
    curve = found[story.run_id]
    assert curve.total == len(expected)
    assert curve.nonfinite_total == len(expected) - len(finite)
    assert len(curve.x) <= wanted
    assert min(known(curve.low), default=None) == min(finite, default=None)
    assert max(known(curve.high), default=None) == max(finite, default=None)


@given(st.lists(actions, max_size=40), st.sampled_from(sorted(UNITS)), st.sampled_from([1, 4, 99]))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_history_ends_true(history, name, count):
    story = lived(history)
    expected = np.array([point.value for point in story.model.window(name)][-count:])
    expected[~np.isfinite(expected)] = np.nan
    found = story.ends(**{name: count}).get(name, np.empty(0))
    assert np.array_equal(found, expected, equal_nan=True)


def known(extremes):
    return [value for value in extremes if value is not None]


@given(st.lists(columns(), min_size=1, max_size=60), bounds, bounds, st.integers(-1, 4))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_level_is_true_at_every_zoom(sent, start, stop, level):
    story = Story(limits=TINY)
    for number, one in enumerate(sent):
        story.send(one)
        if number % 4 == 3:
            story.fold()
    story.fold()
    low, high = -np.inf if start is None else start, np.inf if stop is None else stop
    name = sent[0].name
    for bucket in buckets(story, name, low, high, level):
        first, last, count, nonfinite, lowest, highest = bucket
        inside = [
            point.value for point in story.model.window(name, max(first, low), min(last, high))
        ]
        finite = [value for value in inside if np.isfinite(value)]
        assert len(inside) == count
        assert len(inside) - len(finite) == nonfinite
        assert np.array_equal(lowest, min(finite, default=np.nan), equal_nan=True)
        assert np.array_equal(highest, max(finite, default=np.nan), equal_nan=True)


def buckets(story, name, low, high, level):
    """What the trees give for the window, from this level on; buckets that share an x as one."""
    levels = story.levels(name)
    place = Place(PROJECT, story.run_id)
    task = Task(place, Window(SeriesId(0, 0), low, high), max(min(level, levels), POINTS_LEVEL))
    with connection.cursor() as cursor:
        cover(cursor, [task])
    rows = sorted(
        row
        for part in task.found
        for row in zip(
            part.first, part.last, part.count, part.nonfinite, part.low, part.high, strict=True
        )
    )
    assert sum(row[2] for row in rows) == len(story.model.window(name, low, high))
    return united(rows)


def united(rows):
    found = []
    for first, last, count, nonfinite, low, high in rows:
        if found and first <= found[-1][1]:
            old = found.pop()
            count, nonfinite = old[2] + count, old[3] + nonfinite
            first, last = old[0], max(old[1], last)
            low, high = np.fmin(old[4], low), np.fmax(old[5], high)
        found.append((first, last, count, nonfinite, low, high))
    return found


# Each batch in a transaction of its own, so that the process remembers what it wrote.
@pytest.mark.django_db(transaction=True)
@given(st.lists(actions, max_size=20), st.sampled_from(sorted(UNITS)))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_any_history_the_summary_is_of_what_counts(history, name):
    story = lived(history)
    if name not in story.model.units:
        return
    found = story.summary(name)
    finite = [point for point in story.model.window(name) if np.isfinite(point.value)]
    values = [point.value for point in finite]
    assert (found.min, found.max) == (min(values, default=None), max(values, default=None))
    if finite:
        low, high = (
            min(finite, key=lambda point: (side * point.value, point.x)) for side in (1, -1)
        )
        assert (found.min_step, found.max_step) == (low.x, high.x)
        assert (found.first, found.first_step) == (finite[0].value, finite[0].x)
    else:
        assert found.last is found.first is None
