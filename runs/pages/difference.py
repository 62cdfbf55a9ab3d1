"""How one run differs from another: layers, code, parameters, packages, data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import counted, given, shape

from .. import metrics
from ..differences.layers import (
    MISSING,
    Change,
    Difference,
    Layer,
    Step,
    difference,
    parameters_of,
    rewired,
)
from ..models import Run
from .compare.comparison import Asked, Section, sections_of
from .compare.layers import MOST_OF_ONE, layers_of, words_of
from .compare.reading import Documents, documents_of
from .compare.source import diff_of
from .compare.tables import cut
from .records import records_of
from .report import objective_of

MOST_STEPS = 300
MOST_EDGES = 100
MOST_AXES = 16
# What is folded away where it differs: seldom chosen, often long.
SMALL = ("metrics", "git", "packages", "environment", "hardware")
IN_WORDS = {"resized": "resized by that"}
SIGNS = {"added": "+", "removed": "−", "changed": "~", "moved": "↕", "resized": "·", "same": ""}


@dataclass(frozen=True)
class StepRow:
    """A layer that differs, as its row says it; `held` others lie inside of it."""

    kind: str
    sign: str
    name: str
    layer_class: str
    depth: int
    changes: Sequence[tuple[str, str, str]]
    words: str
    more: int
    held: int = 0


@dataclass(frozen=True)
class LayersCard:
    """What the card of layers shows; `left_out` rows do not fit."""

    rows: Sequence[StepRow]
    line: str
    same: int
    left_out: int
    connections: Sequence[tuple[str, str, str]]
    more_connections: int
    is_known: bool
    is_cut: bool


def difference_of(other: Run, run: Run, *, show_all: bool) -> dict[str, Any]:
    """The context of the page: what leads from `other` to `run`."""
    documents = documents_of(run.project, [other, run], without=("config", "optimizer_config"))
    pair = [documents[other.id], documents[run.id]]
    kinds = {
        kind: [_mapped(one.get(kind)) for one in pair]
        for kind in ("model", "data", "environment", "code")
    }
    asked = Asked(runs=[other, run], base=0, other=1, objective=None, show_all=show_all)
    for_tables = kinds | {"model": [_without_edges(model) for model in kinds["model"]]}
    sections = [one for one in sections_of(asked, for_tables) if one.id != "layers"]
    return {
        "layers": layers_card(*kinds["model"], show_all=show_all),
        "diff": diff_of(*kinds["code"]),
        "sections": [one for one in sections if _is_large(one)],
        "small": [one for one in sections if one.table.differing and one.id in SMALL],
        "alike": [one.title for one in sections if one.table.total and not one.table.differing],
        "unknown": [one.title for one in sections if not one.table.total],
    }


def previous_beside(run: Run) -> int | None:
    """The number of the run that the same person began before, else of anybody's; or None."""
    before = Run.objects.filter(
        project_id=run.project_id, number__lt=run.number, trashed_at=None
    ).order_by("-number")
    numbers = before.values_list("number", flat=True)
    return numbers.filter(user_id=run.user_id).first() or numbers.first()


def best_beside(run: Run) -> int | None:
    """The number of the project's best run; None where that is this one, or none has a result."""
    objective = objective_of(run)
    if objective is None:
        return None
    metrics.sync_search_rows(project_id=run.project_id)
    records = records_of({run.project_id: objective})[run.project_id]
    number = records[-1].number if records else None
    return None if number == run.number else number


def layers_card(before: Documents, after: Documents, *, show_all: bool) -> LayersCard:
    """How the layers of a captured model differ from those of another."""
    one, other = layers_of(before), layers_of(after)
    found = difference(one, other)
    removed, added = rewired(before, after, found)
    is_chain = all(model.get("kind") == "sequential" for model in (before, after))
    edges = [("−", *edge) for edge in removed] + [("+", *edge) for edge in added]
    edges = [] if is_chain else edges
    rows = list(_rows(found, show_all=show_all))
    is_cut = any(
        len(model.get("layers") or []) > MOST_OF_ONE
        for model in (before, after)
        if isinstance(model.get("layers"), list)
    )
    return LayersCard(
        rows=rows[:MOST_STEPS],
        line=in_a_line(found),
        same=found.counts()["same"],
        left_out=max(len(rows) - MOST_STEPS, 0),
        connections=[(sign, cut(a), cut(b)) for sign, a, b in edges[:MOST_EDGES]],
        more_connections=max(len(edges) - MOST_EDGES, 0),
        is_known=bool(one and other),
        is_cut=is_cut,
    )


def in_a_line(found: Difference) -> str:
    """The difference in some words: what was added, removed, changed, and how it adds up."""
    counts = found.counts()
    told = [
        f"{count:,} {IN_WORDS.get(kind, kind)}{_example(found, kind, count)}"
        for kind, count in counts.items()
        if count and kind != "same"
    ]
    more = _total(found.other, found.depths[1]) - _total(found.one, found.depths[0])
    parameters = f"{'+' if more > 0 else ''}{counted(more, 'parameter')}" if more else ""
    return ", ".join(filter(None, [*told, parameters])) or "the same layers"


def _example(found: Difference, kind: str, count: int) -> str:
    """Which layer it is, where it is one alone."""
    if count > 1 or kind == "resized":
        return ""
    step = next(step for step in found.steps if step.kind == kind)
    layer = _layer(found, step)
    name = cut(str(layer.get("class") or "layer"))
    if step.changes:
        change, was, now = _told(step.changes[0])
        return f" ({name}: {change} {was} → {now}{' …' if len(step.changes) > 1 else ''})"
    return f" ({name})"


def _rows(found: Difference, *, show_all: bool) -> Iterator[StepRow]:
    held: dict[int, int] = {}
    shown: list[tuple[int, Step]] = []
    for step in found.steps:
        if step.kind == "same" and not show_all:
            continue
        if step.is_inside and shown and not show_all:
            held[shown[-1][0]] = held.get(shown[-1][0], 0) + 1
            continue
        shown.append((len(shown), step))
    for at, step in shown:
        at_before, at_after = found.depths
        depth = at_before[step.before or 0] if step.after is None else at_after[step.after]
        yield _row(found, step, depth, held.get(at, 0))


def _row(found: Difference, step: Step, depth: int, held: int) -> StepRow:
    layer = _layer(found, step)
    effects = [effect for effect in step.effects if effect.name == "output_shape"]
    is_alone = step.kind in ("added", "removed", "moved", "same")
    return StepRow(
        kind="moved, changed" if step.is_moved and step.changes else step.kind,
        sign=SIGNS[step.kind],
        name=cut(str(layer.get("name") or "a layer")),
        layer_class=cut(str(layer.get("class") or "")),
        depth=min(depth, 6),
        changes=[_told(change) for change in (*step.changes, *effects)],
        words=_words(step, layer) if is_alone or not (step.changes or effects) else "",
        more=found.parameters(step),
        held=held,
    )


def _words(step: Step, layer: Layer) -> str:
    if step.kind == "resized":
        return "the same settings; other parameters, by what comes before it"
    return words_of(layer).partition(" · ")[2]


def _told(change: Change) -> tuple[str, str, str]:
    if change.name == "output_shape":
        return "output", _shape(change.was), _shape(change.now)
    return cut(str(change.name)), _value(change.was), _value(change.now)


def _shape(value: Any) -> str:
    """A shape as Keras writes it, or several."""
    if not isinstance(value, list):
        return _value(value)
    return cut(shape(value[:MOST_AXES]))


def _value(value: Any) -> str:
    return "–" if value is MISSING else cut(given(value)) or "“”"


def _layer(found: Difference, step: Step) -> Layer:
    return found.other[step.after] if step.after is not None else found.one[step.before or 0]


def _total(layers: Sequence[Layer], depths: Sequence[int]) -> int:
    """All parameters; what lies inside of another layer counts with that one."""
    return sum(
        parameters_of(layer) for layer, depth in zip(layers, depths, strict=True) if not depth
    )


def _is_large(section: Section) -> bool:
    return bool(section.table.differing) and section.id not in SMALL


def _without_edges(model: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in model.items() if key != "edges"}


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
