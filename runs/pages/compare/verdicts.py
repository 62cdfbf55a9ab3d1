"""Is the difference real? Each run's configuration against the base's, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ahnb_platform.web.formats import number

from ...models import Run, Status
from ..noise import SIGNIFICANT, Share, Tested, holm, permutation_test, share_of_repeats
from .reading import Results


@dataclass(frozen=True)
class Verdict:
    """What is said of a run beside the base; `kind` is noise, real, open, same or unknown."""

    number: int
    kind: str
    title: str
    detail: str


@dataclass(frozen=True)
class Side:
    """One of the two configurations and the results of its runs."""

    run: Run
    results: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.results))

    @property
    def words(self) -> str:
        """Mean and spread, or the one result."""
        runs = len(self.results)
        if runs == 1:
            return f"{number(self.mean)} (1 run)"
        spread = float(np.std(self.results, ddof=1))
        return f"{number(self.mean)} ± {number(spread, 2)} ({runs} runs)"


def verdicts_of(base: Run, others: Sequence[Run], like: Results, pool: Results) -> list[Verdict]:
    """One verdict for each other run.

    Args:
        like: the results of all runs with the configurations that are compared.
        pool: those of the project, from which the spread of repeats is known.
    """
    one = side_of(base, like)
    sides = [side_of(run, like) for run in others]
    tested = {
        side.run.number: permutation_test(one.results, side.results)
        for side in sides
        if _can_be_tested(one, side)
    }
    # Two runs of one configuration ask the same question: it is asked once.
    asked = {
        side.run.configuration: tested[side.run.number].p
        for side in sides
        if side.run.number in tested
    }
    adjusted = dict(zip(asked, holm(list(asked.values())), strict=True))
    groups = [tuple(results.values()) for results in pool.values()]
    return [
        _tested(one, side, tested[side.run.number], adjusted[side.run.configuration], len(asked))
        if side.run.number in tested
        else _untested(one, side, groups)
        for side in sides
    ]


def side_of(run: Run, like: Results) -> Side:
    return Side(run, tuple(like.get(_key(run), {}).values()))


def with_own(like: Results, runs: Sequence[Run], values: Mapping[int, float | None]) -> Results:
    """With the results of compared runs that finished: of archived ones, or without a hash."""
    found = {key: dict(results) for key, results in like.items()}
    for run in runs:
        value = values.get(run.number)
        if run.status == Status.FINISHED and value is not None:
            found.setdefault(_key(run), {})[run.number] = value
    return found


def _key(run: Run) -> str:
    """The configuration; a run without one stands for itself."""
    return run.configuration or f"#{run.number}"


def _can_be_tested(one: Side, other: Side) -> bool:
    is_same = _key(one.run) == _key(other.run)
    return not is_same and min(len(one.results), len(other.results)) > 1


def _tested(one: Side, other: Side, found: Tested, adjusted: float, tests: int) -> Verdict:
    how = "exact" if found.is_exact else f"{found.splits:,} random splits"
    holms = f", {number(adjusted, 2)} after Holm's correction for {tests} comparisons"
    chance = f"p = {number(found.p, 2)}{holms if tests > 1 else ''}"
    detail = f"{_beside(one, other)}, {chance}; permutation test of means, {how}."
    if adjusted <= SIGNIFICANT:
        return Verdict(other.run.number, "real", "Beyond seed noise", detail)
    least = min(found.smallest * tests, 1.0)
    if least <= SIGNIFICANT:
        return Verdict(other.run.number, "noise", "Within seed noise", detail)
    corrected = f" ({number(least, 2)} corrected)" if tests > 1 else ""
    few = f" With {len(one.results)} and {len(other.results)} runs no p below "
    few += f"{number(found.smallest, 2)}{corrected} is possible: run more seeds."
    return Verdict(other.run.number, "open", "Too few repeats to tell", detail + few)


def _untested(one: Side, other: Side, groups: Sequence[tuple[float, ...]]) -> Verdict:
    shown = other.run.number
    if _key(one.run) == _key(other.run):
        detail = (
            f"They differ in the seed at most: {other.words if other.results else 'no result'}."
        )
        return Verdict(shown, "same", "Repeats of one configuration", detail)
    for side in (one, other):
        if not side.results:
            detail = f"#{side.run.number} has no finished run with this metric."
            return Verdict(shown, "unknown", "Nothing to compare", detail)
    share = share_of_repeats(other.mean - one.mean, groups)
    if not share.pairs:
        detail = f"{_beside(one, other)}; no configuration of the project was repeated."
        return Verdict(shown, "unknown", "Nothing can be told", detail)
    return _among_repeats(one, other, share)


def _among_repeats(one: Side, other: Side, share: Share) -> Verdict:
    part = share.larger / share.pairs
    detail = (
        f"{_beside(one, other)}. Of {share.pairs:,} pairs of repeats in the project "
        f"({share.configurations:,} configuration{'s' * (share.configurations > 1)}, "
        f"{share.runs:,} runs), {share.larger:,} ({number(100 * part, 2)} %) differ at least as "
        f"much. There is no test for a single run."
    )
    if part > SIGNIFICANT:
        return Verdict(other.run.number, "noise", "No more than repeats differ", detail)
    return Verdict(other.run.number, "open", "More than most repeats differ", detail)


def _beside(one: Side, other: Side) -> str:
    return f"{other.words} against {one.words}"
