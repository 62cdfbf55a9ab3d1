"""The layers of several models beside each other, aligned with those of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ahnb_platform.web.formats import given, number

from ..model import layer_row
from .tables import Cell, Row, Table, cut

MOST_LAYERS = 300
Layer = Mapping[str, Any]
# Where a layer stands: the base's place, 0 for its own or 1 for what comes before it, and its turn.
Slot = tuple[int, int, int]


def layers_of(model: Mapping[str, Any]) -> list[Layer]:
    """The described layers, as many as are compared."""
    layers = model.get("layers")
    found = layers if isinstance(layers, list) else []
    return [layer for layer in found if isinstance(layer, Mapping)][:MOST_LAYERS]


def layer_table(models: Sequence[Sequence[Layer]], base: int, *, show_all: bool) -> Table:
    """A row for each layer, in the order of the base's; added ones where they were added."""
    told = [[words_of(layer) for layer in model] for model in models]
    columns: list[dict[Slot, int]] = []
    known: dict[tuple[tuple[str, ...], ...], dict[Slot, int]] = {}
    for model in models:
        kinds = tuple(kind_of(layer) for layer in model)
        if kinds not in known:
            known[kinds] = dict(aligned([kind_of(one) for one in models[base]], kinds))
        columns.append(known[kinds])
    rows = [
        _row(slot, columns, models, told, base) for slot in sorted({s for c in columns for s in c})
    ]
    differing = [row for row in rows if row.differs]
    return Table(tuple(rows if show_all else differing), len(differing), len(rows))


def aligned(
    base: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]
) -> Iterator[tuple[Slot, int]]:
    """Where each layer of another model stands beside the base's."""
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    for _, low, high, first, after in matcher.get_opcodes():
        for turn, at in enumerate(range(first, after)):
            # Of a stretch that was replaced, layers beside each other are shown as changed.
            has_place = low + turn < high
            yield ((low + turn, 1, 0) if has_place else (high, 0, turn)), at


def kind_of(layer: Layer) -> tuple[str, ...]:
    """What makes a layer the same one; names are counted up by Keras."""
    return (str(layer.get("class")), "nested" if layer.get("parent") else "")


def words_of(layer: Layer) -> str:
    """What was chosen for the layer, its output and parameters."""
    shape = layer.get("output_shape")
    chosen = [f"{key} {given(value)}" for key, value in layer_row(layer).told]
    facts = [
        str(layer.get("class") or "layer"),
        *([given(layer["units"])] if layer.get("units") is not None else []),
        *([given(layer["activation"])] if layer.get("activation") else []),
        *(["frozen"] if layer.get("trainable") is False else []),
        *chosen,
        *([f"→ {given(shape)}"] if shape else []),
        *([f"{number(count)} parameters"] if (count := _count(layer)) else []),
    ]
    return cut(" · ".join(facts))


def _row(
    slot: Slot,
    columns: Sequence[Mapping[Slot, int]],
    models: Sequence[Sequence[Layer]],
    told: Sequence[Sequence[str]],
    base: int,
) -> Row:
    places = [column.get(slot) for column in columns]
    layers = [None if at is None else models[run][at] for run, at in enumerate(places)]
    texts = ["–" if at is None else told[run][at] for run, at in enumerate(places)]
    cells = [
        Cell(text, text != texts[base], note=_note(layer, layers[base], text != texts[base]))
        for layer, text in zip(layers, texts, strict=True)
    ]
    named = layers[base] or next(layer for layer in layers if layer)
    return Row(cut(str(named.get("name") or "a layer")), tuple(cells), len(set(texts)) > 1)


def _note(layer: Layer | None, base: Layer | None, is_other: bool) -> str:
    """How a layer lies beside the base's: added, removed, changed, and by how many parameters."""
    if not is_other:
        return ""
    word = "removed" if layer is None else "added" if base is None else "changed"
    more = _count(layer) - _count(base)
    return f"{word}, {'+' if more > 0 else ''}{number(more)} parameters" if more else word


def _count(layer: Layer | None) -> int:
    count = layer.get("parameters") if layer else None
    return count if isinstance(count, int) and not isinstance(count, bool) else 0
