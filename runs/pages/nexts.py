"""What next: combinations around the best run that no run of the project has tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from ahnb_platform.web.formats import given
from projects.models import Project

from ..identity import is_seed
from ..params import number_of
from .bins import Floats
from .effects import ranks
from .importance import Importance
from .overview import rows_of
from .samples import VERSION, Sample, Sampled, Unit, goodness_of
from .steps import Dimension, Step, dimension, written
from .telling import importance as place_of
from .telling import tells

MOST_DIMENSIONS = 4
FEWEST_DIMENSIONS = 2
MOST_PROPOSALS = 6
Places = tuple[int, ...]


@dataclass(frozen=True)
class Proposal:
    """One thing to try: the line to copy, and why."""

    line: str
    why: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Nexts:
    """What lies around the best run.

    Attributes:
        basis: the parameters that were looked at, by their short names.
        are_known: whether these are the ones that stood out, rather than just those that vary.
        edges: where the best run stands at the end of what was tried.
    """

    best: Sampled
    proposals: tuple[Proposal, ...]
    basis: tuple[str, ...]
    are_known: bool
    edges: tuple[str, ...]


def nexts_of(
    project: Project,
    sample: Sample,
    units: Sequence[Unit],
    importance: Importance,
    best: Sampled | None,
) -> Nexts | None:
    """The combinations of one or two changes of the best run that were not tried; None without one.

    Neighbouring values are those in use among the sampled runs; what was tried is looked up among
    all runs of the project, archived ones too.
    """
    if best is None:
        return None
    names, are_known = _names(sample, importance)
    found = [_around(name, best, sample) for name in names]
    around = [one for one in found if one is not None and one.steps][:MOST_DIMENSIONS]
    tried = tried_cells(project, around)
    ranked = sorted(_candidates(around, tried), key=lambda one: -_promise(one, around, units))
    chosen = [_proposal(places, around, best) for places in ranked[:MOST_PROPOSALS]]
    edges = [f"the {one.edge} {one.label}" for one in around if one.edge]
    basis = tuple(one.label for one in around)
    return Nexts(best, tuple(chosen), basis, are_known, tuple(edges))


def _names(sample: Sample, importance: Importance) -> tuple[list[str], bool]:
    """The parameters that stood out, without those that only moved with a stronger one.

    Where too few stood out, those that vary, a person's own first.
    """
    names: list[str] = []
    taken = {VERSION}
    for effect in importance.above:
        if effect.name not in taken:
            names.append(effect.name)
            taken |= {effect.name, *effect.same_as, *effect.moved_with}
    if len(names) >= FEWEST_DIMENSIONS:
        return names, True
    others = [name for name in _varied(sample) if name not in taken]
    return names + sorted(others, key=place_of), False


def _varied(sample: Sample) -> list[str]:
    seen: dict[str, set[str]] = {}
    for run in sample.runs:
        for name, value in run.leaves.items():
            seen.setdefault(name, set()).add(given(value))
    return [name for name in seen if len(seen[name]) > 1 and tells(name) and not is_seed(name)]


def _around(name: str, best: Sampled, sample: Sample) -> Dimension | None:
    return dimension(name, best.leaves.get(name), [run.leaves.get(name) for run in sample.runs])


def tried_cells(project: Project, around: Sequence[Dimension]) -> set[Places]:
    """The combinations of values that some run has: for each dimension 0 for the best run's own
    value, 1 and more for its steps."""
    if not around:
        return set()
    parts, values = [], []
    for place, one in enumerate(around):
        cells = [one.own, *(step.cell for step in one.steps)]
        parts.append(_TEXT if one.own.low is None else _NUMBER)
        values += [*_sent(cells), project.pk, one.name]
        parts[-1] = f"({parts[-1]}) AS d{place}"
    shown = ", ".join(f"d{place}.place" for place in range(len(around)))
    joined = parts[0] + "".join(f" JOIN {part} USING (run_id)" for part in parts[1:])
    # Built of constants alone; names and values are parameters.
    statement = f"SELECT DISTINCT {shown} FROM {joined}"  # noqa: S608
    return {tuple(int(place) - 1 for place in row) for row in rows_of(statement, values)}


_NUMBER = """
    SELECT p.run_id, c.place
    FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS c(low, high, place)
    JOIN runs_runparam p ON p.number BETWEEN c.low AND c.high
    WHERE p.project_id = %s AND p.key = %s
"""
_TEXT = """
    SELECT p.run_id, c.place
    FROM unnest(%s::text[]) WITH ORDINALITY AS c(text, place)
    JOIN runs_runparam p ON p.text = c.text
    WHERE p.project_id = %s AND p.key = %s
"""


def _sent(cells: Sequence[Any]) -> list[Any]:
    if cells[0].low is None:
        return [[cell.text for cell in cells]]
    return [[cell.low for cell in cells], [cell.high for cell in cells]]


def _candidates(around: Sequence[Dimension], tried: set[Places]) -> Iterator[Places]:
    """One or two changes that no run has, with all other dimensions as in the best run."""
    for count in (1, 2):
        for changed in combinations(range(len(around)), count):
            for steps in product(*(range(1, len(around[at].steps) + 1) for at in changed)):
                places = [0] * len(around)
                for at, step in zip(changed, steps, strict=True):
                    places[at] = step
                if tuple(places) not in tried:
                    yield tuple(places)


def _promise(places: Places, around: Sequence[Dimension], units: Sequence[Unit]) -> float:
    """How well configurations with the new values did, 0 worst to 1 best.

    A value that nobody used is taken for as good as the best run's own beside it.
    """
    if not units:
        return 0.0
    standing = ranks(goodness_of(units)) / len(units)
    means = [
        _mean(one, place, units, standing)
        for one, place in zip(around, places, strict=True)
        if place
    ]
    return float(np.mean(means))


def _mean(one: Dimension, place: int, units: Sequence[Unit], standing: Floats) -> float:
    step = one.steps[place - 1]
    cell = one.own if step.beyond else step.cell
    held = [
        rank for unit, rank in zip(units, standing, strict=True) if _has(unit.runs[0], one, cell)
    ]
    return float(np.mean(held)) if held else 0.0


def _has(run: Sampled, one: Dimension, cell: Any) -> bool:
    value = run.leaves.get(one.name)
    if cell.low is None:
        return value is not None and cell.text == type(cell)(value).text
    number = number_of(value)
    return number is not None and cell.low <= number <= cell.high


def _proposal(places: Places, around: Sequence[Dimension], best: Sampled) -> Proposal:
    changed = [
        (one, one.steps[place - 1]) for one, place in zip(around, places, strict=True) if place
    ]
    kept = [one for one, place in zip(around, places, strict=True) if not place]
    line = ", ".join(f"{_name(one, around)}={written(step.cell)}" for one, step in changed)
    why = "; ".join(_why(one, step) for one, step in changed)
    if not any(step.beyond for _, step in changed):
        why += f", {_rest(kept, best)}"
    changes = tuple((one.label, given(step.cell.value)) for one, step in changed)
    return Proposal(line, why, changes)


def _name(one: Dimension, around: Sequence[Dimension]) -> str:
    """The short name, unless another dimension has it too."""
    shared = sum(other.label == one.label for other in around) > 1
    return one.name if shared else one.label


def _why(one: Dimension, step: Step) -> str:
    value = given(step.cell.value)
    if step.beyond:
        return f"{one.label} {value} lies beyond the {step.beyond} tried"
    if step.cell.low != step.cell.high:
        return f"{one.label} {value} is one step from {given(one.own.value)}"
    return f"{one.label} {value} is in use"


def _rest(kept: Sequence[Dimension], best: Sampled) -> str:
    if not kept:
        return "no run has both"
    rest = " and ".join(f"{one.label} {given(one.own.value)}" for one in kept)
    return f"not yet with {rest} as in #{best.number}"
