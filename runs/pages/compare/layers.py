"""The layers of several models beside each other, aligned with those of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ahnb_platform.web.formats import counted, given, shape

from ...differences.layers import difference, parameters_of
from ...differences.names import anonymous
from ..model import layer_row
from .tables import Cell, Row, Table, cut

# Of all models together; and so many rows are shown.
MOST_LAYERS = 20_000
MOST_OF_ONE = 5_000
MOST_ROWS = 300
Layer = Mapping[str, Any]
# Where a layer stands: the base's place, 0 for its own or 1 for what comes before it, and its turn.
Slot = tuple[int, int, int]


def layers_of(model: Mapping[str, Any], most: int = MOST_OF_ONE) -> list[Layer]:
    """The described layers, as many as are compared."""
    layers = model.get("layers")
    found = layers if isinstance(layers, list) else []
    return [layer for layer in found if isinstance(layer, Mapping)][:most]


def layer_table(models: Sequence[Sequence[Layer]], base: int, *, show_all: bool) -> Table:
    """A row for each layer, in the order of the base's; added ones where they were added."""
    told = [[words_of(layer) for layer in model] for model in models]
    columns: list[dict[Slot, tuple[int, bool]]] = []
    known: dict[tuple[str, ...], dict[Slot, tuple[int, bool]]] = {}
    for model, words in zip(models, told, strict=True):
        likeness = tuple(words)
        if likeness not in known:
            known[likeness] = dict(aligned(models[base], model))
        columns.append(known[likeness])
    slots = sorted({slot for column in columns for slot in column})
    rows = [_row(slot, columns, models, told, base) for slot in slots]
    differing = [row for row in rows if row.differs]
    shown = rows if show_all else differing
    left_out = max(len(shown) - MOST_ROWS, 0)
    return Table(tuple(shown[:MOST_ROWS]), len(differing), len(rows), left_out)


def aligned(
    base: Sequence[Layer], other: Sequence[Layer]
) -> Iterator[tuple[Slot, tuple[int, bool]]]:
    """Where each layer of another model stands beside the base's, and whether it was moved."""
    found = difference(base, other)
    before = turn = 0
    for step in found.steps:
        if step.after is None:
            before = max(before, (step.before or 0) + 1)
        elif step.before is None:
            yield (before, 0, turn), (step.after, False)
            turn += 1
        else:
            if not step.is_moved:
                before = max(before, step.before + 1)
            yield (step.before, 1, 0), (step.after, step.is_moved)


def words_of(layer: Layer) -> str:
    """What was chosen for the layer but seeds, its output and parameters."""
    output = layer.get("output_shape")
    settings = anonymous(layer.get("settings"))
    chosen = [f"{key} {given(value)}" for key, value in layer_row({"settings": settings}).told]
    facts = [
        str(layer.get("class") or "layer"),
        *([given(layer["units"])] if layer.get("units") is not None else []),
        *([given(layer["activation"])] if layer.get("activation") else []),
        *(["frozen"] if layer.get("trainable") is False else []),
        *chosen,
        *([f"→ {shape(output)}"] if output else []),
        *([counted(count, "parameter")] if (count := parameters_of(layer)) else []),
    ]
    return cut(" · ".join(facts))


def _row(
    slot: Slot,
    columns: Sequence[Mapping[Slot, tuple[int, bool]]],
    models: Sequence[Sequence[Layer]],
    told: Sequence[Sequence[str]],
    base: int,
) -> Row:
    places = [column.get(slot, (None, False)) for column in columns]
    layers = [None if at is None else models[run][at] for run, (at, _) in enumerate(places)]
    texts = ["–" if at is None else told[run][at] for run, (at, _) in enumerate(places)]
    moved = [is_moved for _, is_moved in places]
    cells = [
        Cell(
            text,
            text != texts[base] or is_moved,
            note=_note(layer, layers[base], text != texts[base], is_moved),
        )
        for layer, text, is_moved in zip(layers, texts, moved, strict=True)
    ]
    named = layers[base] or next(layer for layer in layers if layer)
    label = cut(str(named.get("name") or "a layer"))
    return Row(label, tuple(cells), len(set(texts)) > 1 or any(moved))


def _note(layer: Layer | None, base: Layer | None, is_other: bool, is_moved: bool) -> str:
    """How a layer lies beside the base's: added, removed, changed, and by how many parameters."""
    if not is_other:
        return "moved" if is_moved else ""
    word = "removed" if layer is None else "added" if base is None else "changed"
    if is_moved:
        word = f"moved and {word}"
    more = (parameters_of(layer) if layer else 0) - (parameters_of(base) if base else 0)
    return f"{word}, {'+' if more > 0 else ''}{counted(more, 'parameter')}" if more else word
