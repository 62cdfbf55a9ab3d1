"""Losses that left what can be learned from: no numbers any more, or growing without end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from ..facts import Curve, Facts
from ..rule import Hit, rule
from ..training import loss_curve, slower, trains_by_compile
from ..trends import slope, turns
from .words import counted, short

_OSCILLATES_FROM = 20  # epochs
_MOST_STRETCHES = 3


def _odd_steps(curve: Curve | None) -> list[int]:
    """Where the curve is no number."""
    if curve is None:
        return []
    pairs = zip(curve.steps, curve.values, strict=True)
    return [step for step, value in pairs if not math.isfinite(value)]


def _first_odd(curve: Curve | None) -> int | None:
    return next(iter(_odd_steps(curve)), None)


def _when(curve: Curve, word: str, *, is_whole: bool) -> str:
    """Where the curve is no number, as far as it is known.

    Args:
        word: what its steps are.
        is_whole: no step is left out between those that are known.
    """
    odd = _odd_steps(curve)
    stays = all(step in odd for step in curve.steps if step >= odd[0])
    stretches = _stretches(odd)
    if stays and (is_whole or len(stretches) == 1):
        return f"since {word} {odd[0]}"
    several = word if len(odd) == 1 else f"{word}es" if word == "batch" else f"{word}s"
    told = ", ".join(stretches[:_MOST_STRETCHES])
    return f"at {several} {told}{' and later ones' if len(stretches) > _MOST_STRETCHES else ''}"


def _stretches(steps: list[int]) -> list[str]:
    """``[1, 2, 3, 7]`` as ``["1-3", "7"]``."""
    starts = [step for step in steps if step - 1 not in steps]
    ends = [step for step in steps if step + 1 not in steps]
    return [str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]


@rule(
    "D01",
    "error",
    title="the loss is no number any more",
    why="After a NaN every weight that it reached is NaN: nothing more can be learned.",
    source="Goodfellow, Bengio, Courville, Deep Learning (2016), 10.11: exploding gradients",
    dynamic=True,
    mend="A lower learning rate, and clipnorm=1.0 of the optimizer. Look for NaN in the "
    "data, and for logarithms and divisions of 0 in what is your own.",
)
def no_number(facts: Facts) -> Iterator[Hit]:
    """A training loss that is NaN or infinite in the end."""
    epochs, batches = facts.curve("loss"), facts.curve("loss", "batch")
    newest = epochs if _first_odd(epochs) is not None else batches
    if newest is None or math.isfinite(newest.last):
        return
    step, epoch = _first_odd(batches), _first_odd(epochs)
    found = {"metric": "loss", "step": step, "epoch": epoch}
    where = {word: at for word, at in found.items() if at is not None}
    first = f"batch {step}" if step is not None else f"epoch {epoch}"
    if newest is epochs:
        # Of the batches only some are known, and Keras' values are means since the epoch began.
        when = _when(newest, "epoch", is_whole=True) + (f", first at {first}" if step else "")
    else:
        when = _when(newest, "batch", is_whole=False)
    yield Hit(
        f"the loss is {newest.last} {when}",
        slower(facts, ", clipnorm=1.0"),
        where,
        {"value": str(newest.last), "first": first},
    )


@rule(
    "D15",
    "warn",
    title="the loss grows",
    why="Steps that are too long lead away from every minimum.",
    source="Goodfellow, Bengio, Courville, Deep Learning (2016), 11.4.1: the learning rate",
    dynamic=True,
    mend="A learning rate of a tenth; then look whether the loss is meant to be made small.",
)
def grows(facts: Facts) -> Iterator[Hit]:
    """A loss that is many times what it was, and still rises."""
    curve = loss_curve(facts)
    if curve is None or len(curve) < 4:
        return
    least, last = min(curve.values), curve.last
    newest = curve.values[-3:]
    rises = all(a < b for a, b in pairwise(newest))
    if curve.values[0] > 0 and least > 0 and rises and min(newest) > 10 * curve.values[0]:
        yield Hit(
            f"the loss rose from {short(curve.values[0])} to {short(last)}",
            slower(facts),
            {"metric": "loss"},
            {"first": curve.values[0], "least": least, "last": last},
        )


@rule(
    "D05",
    "warn",
    title="the loss jumps up and down",
    why="A loss that changes its direction at every epoch, by much, and does not fall, jumps over "
    "its minimum: the learning rate is too high, or the batches too small.",
    source="Smith, A disciplined approach to neural network hyper-parameters (2018)",
    dynamic=True,
    mend="A learning rate of a tenth, or larger batches.",
)
def jumps(facts: Facts) -> Iterator[Hit]:
    """Over 20 epochs more than 60 % turns, by more than 20 %, without any progress."""
    curve = loss_curve(facts)
    if curve is None or len(curve) < _OSCILLATES_FROM:
        return
    values, steps = curve.values[-_OSCILLATES_FROM:], curve.steps[-_OSCILLATES_FROM:]
    level = sorted(values)[len(values) // 2]
    changes = sorted(abs(b - a) for a, b in pairwise(values))
    amplitude = changes[len(changes) // 2] / level if level > 0 else 0.0
    has_learned = level < 0.5 * curve.values[0]
    if has_learned or amplitude <= 0.2 or turns(values) <= 0.6:
        return
    if slope(steps, values) * len(values) > -0.2 * level:
        yield Hit(
            f"over the last {len(values)} epochs the loss changed by {amplitude:.0%} from one "
            f"epoch to the next, {turns(values):.0%} of the time back again",
            slower(facts),
            {"metric": "loss"},
            {"turns": turns(values), "amplitude": amplitude, "level": level},
        )


@rule(
    "WASTE02",
    "warn",
    title="epochs after the loss was no number",
    why="These epochs taught nothing: their weights are NaN.",
    source="Keras docs, TerminateOnNaN",
    dynamic=True,
    mend="Give fit the callback keras.callbacks.TerminateOnNaN().",
)
def after_divergence(facts: Facts) -> Iterator[Hit]:
    """Epochs that were trained after the first one whose loss was NaN."""
    curve = facts.curve("loss")
    first = _first_odd(curve)
    if curve is None or first is None or math.isfinite(curve.last):
        return
    wasted = sum(step > first for step in curve.steps)
    if wasted:
        times = facts.run.get("epoch_seconds")
        seconds = [x for x in times if isinstance(x, float)] if isinstance(times, list) else []
        told = f" ({sum(seconds[-wasted:]):.0f} s)" if len(seconds) == len(curve) else ""
        yield Hit(
            f"{counted(wasted, 'epoch')}{told} of training after the loss was no number",
            "model.fit(…, callbacks=[keras.callbacks.TerminateOnNaN()])",
            {"metric": "loss", "epoch": first},
            {"epochs": wasted, "trains_by_compile": trains_by_compile(facts)},
        )
