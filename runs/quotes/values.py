"""Which value of a metric is meant, and what it is now."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ahnb_platform.errors import Invalid, Missing
from ahnb_platform.web import formats

from .. import queries
from ..metrics.records import Summary
from ..models import Run

STEP = "step"
PARTS = ("best", "last", "min", "max", "first")
WORDS = {"last": "last", "first": "first", "min": "lowest", "max": "highest"}
ENDINGS = {1: "st", 2: "nd", 3: "rd"}
# More points than these at one step are as good as all of them.
MOST_AT_ONE_STEP = 1000


@dataclass(frozen=True)
class Choice:
    """A part of a metric, or one of its steps (seconds where its unit is time)."""

    part: str
    step: float | None = None


@dataclass(frozen=True)
class Value:
    """What a choice leads to; `value` is None where there is no such (finite) value.

    `mode` says for the part "best" which end is the better one; `at_once` how many values the
    step has, of which the last to arrive counts.
    """

    metric: str
    choice: Choice
    summary: Summary
    value: float | None
    step: float | None
    mode: str = ""
    at_once: int = 1

    @property
    def words(self) -> str:
        """Which value it is: "best (lowest)"; "" for the one at a step."""
        if self.mode:
            return f"best ({WORDS[self.mode]})"
        return WORDS.get(self.choice.part, "")

    @property
    def where(self) -> str:
        return where(self.summary.unit, self.step)


def choice_of(part: str, step: str) -> Choice:
    """What an address asks for; the best value by default.

    Raises:
        Invalid: no such part, or the step is no number.
    """
    if step:
        try:
            number = float(step)
        except ValueError:
            number = math.nan
        if len(step) > 40 or not math.isfinite(number) or number < 0:
            raise Invalid("A step is a number from 0 on.", code="bad-step")
        return Choice(STEP, number)
    if part in ("", *PARTS):
        return Choice(part or PARTS[0])
    raise Invalid(f"A part is one of {', '.join(PARTS)}; or name a step.", code="bad-part")


def value_of(run: Run, metric: str, choice: Choice) -> Value:
    """The value as it is now.

    Args:
        run: from `runs.queries`, with its metrics.

    Raises:
        Missing: the run has no such metric.
    """
    summary = run.metrics.get(metric)
    if summary is None:
        raise Missing
    if choice.step is not None:
        return _at_step(run, metric, choice, summary)
    mode = queries.direction_of(metric, run.project, run) if choice.part == "best" else ""
    end = mode or choice.part
    value, step = getattr(summary, end), getattr(summary, f"{end}_step")
    return Value(metric, choice, summary, value, step, mode)


def _at_step(run: Run, metric: str, choice: Choice, summary: Summary) -> Value:
    """The newest attempt's value at a step, the last to arrive if there are several."""
    asked = {"start": choice.step, "stop": choice.step, "points": MOST_AT_ONE_STEP}
    found = queries.series_for(run, [metric], **asked)[metric]  # type: ignore[arg-type]
    if not found["total"]:
        return Value(metric, choice, summary, None, choice.step, at_once=0)
    step, value = found["last"]
    return Value(metric, choice, summary, float(value), step, at_once=found["total"])


def exact(value: float) -> str:
    """The shortest text that reads back as the same float64."""
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), repr(value))


def rounded(value: float) -> str:
    """Four significant digits, more where these would claim a whole number that it is not."""
    return formats.number(value).replace(",", "").replace("−", "-").replace("∞", "Infinity")


def where(unit: str, step: float | None) -> str:
    """A step in words; people count from 1, records from 0."""
    if step is None:
        return ""
    if unit == "time":
        return f"at {formats.utc_seconds(step)}"
    if unit == "epoch":
        return f"at epoch {int(step)} (the {ordinal(int(step) + 1)}; the first is epoch 0)"
    return f"at step {int(step)}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ENDINGS.get(number % 10, 'th')}"
