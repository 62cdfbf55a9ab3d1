"""How the layers of one model differ from those of another: added, removed, changed, moved.

Layers belong together by content and position: first those that are alike with all that is inside
of them, then those of one class between them. Names only decide between layers that are alike,
since Keras counts them up within a process (`dense_55`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from .align import aligned
from .matching import Match
from .names import anonymous
from .trees import CHOSEN, Forest, Layer, forest

MISSING = object()
NAMES = ("name", "parent")
KINDS = ("added", "removed", "changed", "moved", "resized", "same")


@dataclass(frozen=True)
class Change:
    """One fact of a layer before and after; `MISSING` where it has none."""

    name: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Step:
    """A layer on the way from one model to the other.

    Attributes:
        before: its place among the first model's layers, None for an added one.
        after: its place among the second model's, None for a removed one.
        kind: one of `KINDS`; `resized` has the same settings, but other shapes or parameters,
            which follow from the layers around it or inside of it.
        changes: what was chosen otherwise.
        effects: everything else that differs, names among it.
        is_moved: whether it stands elsewhere, too, where it was changed.
        is_inside: whether the layer that holds it was added or removed with it.
    """

    before: int | None
    after: int | None
    kind: str
    changes: tuple[Change, ...] = ()
    effects: tuple[Change, ...] = ()
    is_moved: bool = False
    is_inside: bool = False


@dataclass(frozen=True)
class Difference:
    """All layers of both models in the second one's order, removed ones where they were.

    `depths` are of the two models: how many layers each one lies inside of.
    """

    one: Sequence[Layer]
    other: Sequence[Layer]
    steps: tuple[Step, ...]
    depths: tuple[Sequence[int], Sequence[int]]

    @property
    def differing(self) -> list[Step]:
        return [step for step in self.steps if step.kind != "same"]

    def counts(self) -> dict[str, int]:
        """How many layers are of each kind; those inside of added or removed ones count, too."""
        found = dict.fromkeys(KINDS, 0)
        for step in self.steps:
            found[step.kind] += 1
        return found

    def parameters(self, step: Step) -> int:
        """By how many parameters a layer differs."""
        before = 0 if step.before is None else parameters_of(self.one[step.before])
        return (0 if step.after is None else parameters_of(self.other[step.after])) - before


def difference(one: Sequence[Layer], other: Sequence[Layer]) -> Difference:
    """What leads from the layers of one model to those of the other.

    For the two the other way round it is the same, turned.
    """
    before, after = forest(one), forest(other)
    steps = _steps(one, other, (before, after), _matched(before, after))
    return Difference(one, other, tuple(steps), (before.depths, after.depths))


def _matched(before: Forest, after: Forest) -> Match:
    ours, theirs = before.roots, after.roots
    is_turned = [node.order for node in theirs] < [node.order for node in ours]
    match = Match()
    match.siblings(*((theirs, ours) if is_turned else (ours, theirs)))
    match.moves_between_levels()
    if is_turned:
        match.turn()
    return match


def rewired(
    one: Mapping[str, Any], other: Mapping[str, Any], found: Difference
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The connections that were removed and added, by the second model's names.

    Args:
        one: a model as a client describes it, with `edges`, `[from, to]` pairs of names of layers
            and of `operations`, which are no layers, as `x + y`.
    """
    names = _operation_names(one.get("operations"), other.get("operations")) | {
        str(found.one[step.before].get("name")): str(found.other[step.after].get("name"))
        for step in found.steps
        if step.before is not None and step.after is not None
    }
    before = [(names.get(a, a), names.get(b, b)) for a, b in _edges(one.get("edges"))]
    after = _edges(other.get("edges"))
    kept, held = set(after), set(before)
    return [edge for edge in before if edge not in kept], [e for e in after if e not in held]


def parameters_of(layer: Layer) -> int:
    """How many parameters a layer has, 0 where that is not known."""
    count = layer.get("parameters")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _operation_names(one: Any, other: Any) -> dict[str, str]:
    """How operations are called in the second model, those of one class in their order."""
    before, after = _operations(one), _operations(other)
    pairs = aligned([kind for kind, _ in before], [kind for kind, _ in after])
    return {before[first][1]: after[second][1] for first, second in pairs}


def _operations(rows: Any) -> list[tuple[str, str]]:
    """The class and the name of each."""
    listed = rows if isinstance(rows, list) else []
    found = [row for row in listed if isinstance(row, Mapping)]
    return [(str(row.get("class")), str(row.get("name"))) for row in found]


def _edges(edges: Any) -> list[tuple[str, str]]:
    listed = edges if isinstance(edges, list | tuple) else []
    pairs = [edge for edge in listed if isinstance(edge, list | tuple) and len(edge) == 2]
    return list(dict.fromkeys((str(first), str(second)) for first, second in pairs))


# What is told


def _steps(
    one: Sequence[Layer], other: Sequence[Layer], forests: tuple[Forest, Forest], match: Match
) -> Iterator[Step]:
    """A removed layer is told before the next one that stayed in its place."""
    before_of = {after: before for before, after in match.pairs}
    kept = set(before_of.values())
    lost = deque(before for before in range(len(one)) if before not in kept)
    outer, inner = (each.holders for each in forests)

    def removed(until: int) -> Iterator[Step]:
        while lost and lost[0] < until:
            holder = outer[lost[0]]
            is_inside = holder is not None and holder not in kept
            yield Step(lost.popleft(), None, "removed", is_inside=is_inside)

    for after, layer in enumerate(other):
        before = before_of.get(after)
        if before is None:
            holder = inner[after]
            is_inside = holder is not None and holder not in before_of
            yield Step(None, after, "added", is_inside=is_inside)
            continue
        if before not in match.carried:
            yield from removed(before)
        yield _paired(before, after, one[before], layer, before in match.moved)
    yield from removed(len(one))


def _paired(before: int, after: int, was: Layer, now: Layer, is_moved: bool) -> Step:
    changes, effects = tuple(_changes(was, now)), tuple(_effects(was, now))
    is_resized = any(effect.name not in NAMES for effect in effects)
    kinds = {"changed": changes, "moved": is_moved, "resized": is_resized, "same": True}
    kind = next(kind for kind, holds in kinds.items() if holds)
    return Step(before, after, kind, changes, effects, is_moved)


def _changes(was: Layer, now: Layer) -> Iterator[Change]:
    """What was chosen otherwise, seeds left out."""
    for name in CHOSEN[:-1]:
        yield from _change(name, was, now)
    before, after = was.get("settings"), now.get("settings")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            one, two = before.get(name, MISSING), after.get(name, MISSING)
            if name != "seed" and _text(anonymous(one)) != _text(anonymous(two)):
                yield Change(str(name), one, two)
    elif _text(before) != _text(after):
        yield Change("settings", before, after)


def _effects(was: Layer, now: Layer) -> Iterator[Change]:
    for name in dict.fromkeys([*was, *now]):
        if name not in CHOSEN:
            yield from _change(name, was, now)


def _change(name: str, was: Layer, now: Layer) -> Iterator[Change]:
    one, two = was.get(name, MISSING), now.get(name, MISSING)
    if _text(one) != _text(two):
        yield Change(name, one, two)


def _text(value: Any) -> Any:
    """Equal for equal JSON: 1 and true are not."""
    return value if value is MISSING else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
