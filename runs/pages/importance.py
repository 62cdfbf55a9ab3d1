"""Which parameters went with better results: how much, in which direction, above chance or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..identity import is_seed
from .bins import NOT_SET, Binned, Floats, binned
from .columns import Column
from .effects import (
    CHANCE,
    Levels,
    chances,
    corrected,
    levels_of,
    ranks,
    ratios,
    shares_beside,
    standardised,
)
from .telling import importance as place_of
from .together import moved_together

FEWEST = 8
FEW = 20
MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Level:
    """One level of a parameter: `mean` is the mean rank of its results, 0 worst, 1 best."""

    label: str
    runs: int
    mean: float


@dataclass(frozen=True)
class Effect:
    """What was seen of one parameter.

    Attributes:
        alone: the share of the variance of ranks that it explains by itself, 0 to 1.
        beside: the share that only it explains in a model of all; None where runs are too few.
        chance: how often chance alone makes any parameter stand out as much, 0 to 1.
        direction: "higher" or "lower" where such values went with better results, else "".
        best: the level with the best results.
        moved_with: parameters that took nearly the same course.
        same_as: parameters that divide the runs in the very same way.
    """

    name: str
    alone: float
    beside: float | None
    chance: float
    direction: str
    best: str
    levels: tuple[Level, ...]
    moved_with: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return Column("params", self.name).label

    @property
    def qualifier(self) -> str:
        return Column("params", self.name).qualifier

    @property
    def moved_labels(self) -> list[str]:
        return [Column("params", name).label for name in self.moved_with]

    @property
    def same_labels(self) -> list[str]:
        return [Column("params", name).label for name in self.same_as]

    @property
    def percent(self) -> int:
        """`alone` for a bar."""
        return round(100 * self.alone)

    @property
    def percent_beside(self) -> int:
        return round(100 * (self.beside or 0))

    @property
    def ordered(self) -> list[Level]:
        """The levels, the best first."""
        return sorted(self.levels, key=lambda level: -level.mean)

    @property
    def is_above_chance(self) -> bool:
        return self.chance <= CHANCE

    @property
    def words(self) -> str:
        """The direction in words."""
        if self.direction:
            return f"{self.direction} was better"
        return f"best {self.best}"


@dataclass(frozen=True)
class Importance:
    """All that was seen.

    Attributes:
        units: what was compared: configurations, or runs where these are unknown.
        left_out: names of parameters by the reason why they were not looked at.
    """

    units: int
    effects: tuple[Effect, ...] = ()
    left_out: dict[str, list[str]] = field(default_factory=dict)
    are_equal: bool = False

    @property
    def above(self) -> list[Effect]:
        """Those above chance, the strongest first."""
        return [effect for effect in self.effects if effect.is_above_chance]

    @property
    def confounded(self) -> tuple[str, str] | None:
        """The strongest parameter that cannot be told from another one, and that one."""
        for effect in self.above:
            if also := [*effect.same_labels, *effect.moved_labels]:
                return effect.label, also[0]
        return None

    @property
    def noise(self) -> list[Effect]:
        return [effect for effect in self.effects if not effect.is_above_chance]

    @property
    def is_too_few(self) -> bool:
        return self.units < FEWEST

    @property
    def is_few(self) -> bool:
        return self.units < FEW


def importance_of(settings: Sequence[Mapping[str, Any]], goodness: Floats) -> Importance:
    """Look at every parameter that differs.

    Args:
        settings: the parameters of each unit by their dotted paths; missing ones are not set.
        goodness: the result of each unit, larger for better; -inf for the worst there is.
    """
    units = len(settings)
    columns, left_out = _columns(settings)
    columns, same = _distinct(columns)
    if units < FEWEST:
        return Importance(units, left_out=left_out)
    results = standardised(ranks(goodness))
    if not columns or not results.any():
        return Importance(units, left_out=left_out, are_equal=not results.any())
    levels = levels_of(columns)
    return Importance(units, _effects(columns, same, levels, results), left_out)


def _columns(settings: Sequence[Mapping[str, Any]]) -> tuple[list[Binned], dict[str, list[str]]]:
    """The parameters to compare, and the others by reason."""
    names = sorted(dict.fromkeys(name for one in settings for name in one), key=place_of)
    columns: list[Binned] = []
    left_out: dict[str, list[str]] = {}
    for name in names:
        column = None if is_seed(name) else binned(name, [one.get(name) for one in settings])
        reason = _reason(name, column, len(columns))
        if column is None or reason:
            left_out.setdefault(reason, []).append(name)
        else:
            columns.append(column)
    return columns, left_out


def _reason(name: str, column: Binned | None, taken: int) -> str:
    """Why a parameter is not looked at; "" where it is."""
    if is_seed(name):
        return "seeds"
    if column is None:
        return "different in nearly every run"
    if len(column.labels) < 2:
        return "the same in every run"
    return "beyond the first hundred" if taken >= MOST_PARAMETERS else ""


def _distinct(columns: Sequence[Binned]) -> tuple[list[Binned], dict[str, list[str]]]:
    """One parameter of those that divide the runs alike, and the names of the others by its own."""
    first: dict[bytes, Binned] = {}
    same: dict[str, list[str]] = {}
    for column in columns:
        kept = first.setdefault(column.partition, column)
        if kept is not column:
            same.setdefault(kept.name, []).append(column.name)
    return list(first.values()), same


def _effects(
    columns: Sequence[Binned], same: Mapping[str, list[str]], levels: Levels, results: Floats
) -> tuple[Effect, ...]:
    shares = ratios(levels, results)
    alone = corrected(shares, levels.sizes, len(results))
    beside = shares_beside(levels, results, alone)
    chance = chances(levels, results)
    together = _by_name(moved_together(columns, levels))
    found = [
        Effect(
            column.name,
            float(alone[place]),
            beside[place],
            float(chance[place]),
            direction_of(column, results, float(shares[place])),
            best_of(column, results),
            levels_in(column, results),
            tuple(together.get(column.name, ())),
            tuple(same.get(column.name, ())),
        )
        for place, column in enumerate(columns)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_above_chance, -one.alone)))


def _by_name(pairs: Iterable[tuple[str, str, float]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, two, _ in pairs:
        found.setdefault(one, []).append(two)
        found.setdefault(two, []).append(one)
    return found


def direction_of(column: Binned, results: Floats, share: float) -> str:
    """Which end of a number went with better results; "" for categories and for a best between.

    An end is named where the straight part of the relation, Spearman's correlation squared, holds
    at least half of what the levels explain.
    """
    if column.numbers is None:
        return ""
    known = ~np.isnan(column.numbers)
    places = standardised(ranks(column.numbers[known]))
    slope = float((places * standardised(results[known])).mean())
    if slope**2 < share / 2:
        return ""
    return "higher" if slope > 0 else "lower"


def best_of(column: Binned, results: Floats) -> str:
    """The level with the best results, of those that two units or more have where there are any."""
    levels = list(enumerate(levels_in(column, results)))
    held = [one for one in levels if one[1].runs > 1] or levels
    named = [one for one in held if one[1].label != NOT_SET] or held
    return column.name_of(max(named, key=lambda one: one[1].mean)[0])


def levels_in(column: Binned, results: Floats) -> tuple[Level, ...]:
    """Each level with its runs and the mean place of their results."""
    places = (ranks(results) - 0.5) / len(results)
    counts = np.bincount(column.codes, minlength=len(column.labels))
    means = np.bincount(column.codes, places, len(column.labels)) / np.maximum(counts, 1)
    rows = zip(column.labels, counts.tolist(), means.tolist(), strict=True)
    return tuple(Level(*row) for row in rows)
