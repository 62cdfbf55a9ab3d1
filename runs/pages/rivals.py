"""The two best configurations of a view: whether the first is ahead by more than seeds are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .noise import SIGNIFICANT, Tested, permutation_test
from .samples import Sampled, Unit


@dataclass(frozen=True)
class Rivals:
    """The best run of each; `tested` is None where one of them was not repeated."""

    first: Sampled
    second: Sampled
    counts: tuple[int, int]
    tested: Tested | None

    @property
    def is_within_noise(self) -> bool:
        return self.tested is not None and self.tested.p > SIGNIFICANT

    @property
    def are_too_few(self) -> bool:
        """Whether no result could have told them apart."""
        return self.tested is not None and self.tested.smallest > SIGNIFICANT


def rivals_of(units: Sequence[Unit]) -> Rivals | None:
    """The two configurations with the best results; None with fewer than two that have any."""
    held = sorted((unit for unit in units if unit.values), key=lambda unit: -unit.goodness)[:2]
    if len(held) < 2:
        return None
    first, second = held
    counts = (len(first.values), len(second.values))
    tested = permutation_test(first.values, second.values) if min(counts) > 1 else None
    return Rivals(_shown(first), _shown(second), counts, tested)


def _shown(unit: Unit) -> Sampled:
    """The oldest of its runs that has a result."""
    return min((run for run in unit.runs if run.value is not None), key=lambda run: run.number)
