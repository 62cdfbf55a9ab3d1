"""Long random histories: trees of several levels, ties longer than a leaf, late and early steps."""

import numpy as np
import pytest

from .builders import NOW, Story, column
from .model import check
from .test_properties import TINY

pytestmark = pytest.mark.django_db


def ramps(rng):
    """Steps in order, as a training sends them."""
    at = 0
    while True:
        count = int(rng.integers(1, 30))
        yield at + np.arange(count)
        at += count


def scattered(rng):
    while True:
        yield rng.integers(0, 400, int(rng.integers(1, 30)))


def equal(rng):
    """Few steps, so that one step fills many leaves."""
    while True:
        yield rng.integers(3, 6, int(rng.integers(1, 30)))


def backwards(rng):
    at = 10_000
    while True:
        count = int(rng.integers(1, 30))
        at -= count
        yield at + np.arange(count)


def interleaved(rng):
    """Two writers, one far behind the other."""
    near, far = ramps(rng), ramps(rng)
    while True:
        yield next(near)
        yield 5_000 + next(far)


SHAPES = [ramps, scattered, equal, backwards, interleaved]


def told(shape, seed, rounds):
    rng = np.random.default_rng(seed)
    story = Story(limits=TINY)
    steps = shape(rng)
    for number in range(rounds):
        where = next(steps)
        values = rng.standard_normal(len(where))
        values[rng.random(len(where)) < 0.1] = rng.choice([np.nan, np.inf, -np.inf])
        times = NOW + rng.integers(0, 1000, len(where)) / 7
        story.send(column("loss", values, steps=where, times=times))
        if number % 7 == 0:
            story.fold()
    return story, rng


def examine(story, rng, zooms):
    steps = sorted({point.x for point in story.model.points})
    for _ in range(zooms):
        start, stop = (int(rng.choice(steps)) + int(rng.integers(-2, 3)) for _ in range(2))
        window = {"start": min(start, stop), "stop": max(start, stop)}
        window = {} if rng.random() < 0.2 else window
        wanted = int(rng.choice([1, 2, 5, 20, 100, 5000]))
        check(story.read("loss", wanted, **window), story.model.window("loss", **window), wanted)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_history_reads_back_true(shape):
    story, rng = told(shape, seed=1, rounds=60)
    examine(story, rng, zooms=25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
@pytest.mark.parametrize("shape", SHAPES)
def test_many_long_histories_read_back_true(shape, seed):
    story, rng = told(shape, seed, rounds=150)
    examine(story, rng, zooms=40)


@pytest.mark.parametrize("shape", [ramps, interleaved, backwards])
def test_zooms_are_fine_enough_to_draw(shape):
    story, _ = told(shape, seed=1, rounds=120)
    story.fold()
    for wanted in (10, 40, 160):
        found = story.read("loss", wanted)
        assert not found.exact
        assert len(found.x) >= wanted / 2


def test_a_split_within_equal_steps_keeps_their_order():
    story = Story(limits=TINY)
    for steps in ([4] + [5] * 11, [4] * 3, [5] * 3, [4] * 8):
        count = len(story.model.points)
        story.send(column("loss", count + np.arange(len(steps)), steps=steps))
        story.fold()
    for window in ({}, {"start": 5}, {"stop": 4}):
        check(story.read("loss", 100, **window), story.model.window("loss", **window), 100)
        check(story.read("loss", 2, **window), story.model.window("loss", **window), 2)
