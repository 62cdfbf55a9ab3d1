"""The card of a model: its facts, a page of its layers, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web import formats

from ..model import CompileRow, LayerRow, compile_row, layer_row
from ..paging import nearest_page, on_page
from .costs import Cost, Costs, Uncounted, WeightsOfType, costs_of, weights_of
from .reading import Architecture, Layer, architecture_of, mapping, text, whole
from .slots import Slots, slots_of

PAGE = 30
MOST_TOLD = 6
UNITS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


@dataclass(frozen=True)
class Asked:
    """Which layers are asked for: a page, those that `find` names, or the page with one row."""

    page: int = 1
    find: str = ""
    at: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table of layers."""

    layer: Layer
    parts: LayerRow
    cost: Cost
    fixed: int
    is_pointed: bool
    tells_parent: bool

    @property
    def indent(self) -> int:
        """How far in the name stands, up to what the stylesheet knows."""
        return min(self.layer.depth, 6)


@dataclass(frozen=True)
class Fact:
    """A number of the whole model, and what it rests on."""

    name: str
    value: str
    note: str = ""
    exact: str = ""


@dataclass(frozen=True)
class Card:
    """What the templates show of a model."""

    document: Mapping[str, Any]
    layers: int
    is_cut: bool
    rows: tuple[Row, ...]
    asked: Asked
    page: int
    pages: int
    found: int
    facts: tuple[Fact, ...]
    uncounted: str
    unmeasured: str
    compiled: CompileRow
    has_graph: bool

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return min(self.page * PAGE, self.found)


def card_of(document: object, asked: Asked | None = None) -> Card:
    """The card of a model document, whatever was sent in its place."""
    model, asked = architecture_of(document), asked or Asked()
    costs, weights = costs_of(model), weights_of(model)
    slots = slots_of(model.document.get("compile"), weights)
    found = _found(model.layers, asked.find)
    page, pages = nearest_page(asked.page, len(found), PAGE)
    page = _page_with(found, asked.at) or page
    shown = found[on_page(page, PAGE)]
    return Card(
        document=model.document,
        layers=len(model.layers),
        is_cut=model.is_cut,
        rows=tuple(_row(layer, costs, asked, is_first=layer is shown[0]) for layer in shown),
        asked=asked,
        page=page,
        pages=pages,
        found=len(found),
        facts=tuple(_facts(model, costs, weights, slots)),
        uncounted=_listed(costs.uncounted),
        unmeasured=_listed(costs.unmeasured),
        compiled=compile_row(model.document.get("compile")),
        has_graph=_has_graph(model),
    )


def _found(layers: Sequence[Layer], find: str) -> Sequence[Layer]:
    """The layers whose name or class holds the text, however it is written."""
    wanted = find.strip().lower()
    if not wanted:
        return layers
    return [layer for layer in layers if wanted in f"{layer.name}\n{layer.kind}".lower()]


def _page_with(layers: Sequence[Layer], place: int | None) -> int | None:
    numbers = (number for number, layer in enumerate(layers) if layer.place == place)
    number = next(numbers, None)
    return None if number is None else number // PAGE + 1


def _row(layer: Layer, costs: Costs, asked: Asked, *, is_first: bool) -> Row:
    trainable = whole(layer.row.get("trainable_parameters"))
    fixed = 0 if trainable is None else max((layer.parameters or 0) - trainable, 0)
    return Row(
        layer=layer,
        parts=layer_row(layer.row),
        cost=costs.of[layer.place],
        fixed=fixed,
        is_pointed=layer.place == asked.at,
        tells_parent=bool(asked.find) or is_first,
    )


def _has_graph(model: Architecture) -> bool:
    return bool(model.document.get("edges")) and len(model.layers) > 1


def _facts(
    model: Architecture, costs: Costs, weights: Sequence[WeightsOfType], slots: Slots | None
) -> list[Fact]:
    facts = []
    document = model.document
    count, trainable = (whole(document.get(f"{part}parameters")) for part in ("", "trainable_"))
    if count is not None:
        fixed = "" if trainable is None else f"{trainable:,} trainable, {count - trainable:,} fixed"
        facts.append(Fact("Parameters", f"{count:,}", fixed))
    if weights:
        facts.append(_weights_fact(weights))
    if slots is not None:
        facts.append(_slots_fact(slots))
    if model.layers:
        facts += [_activations_fact(costs), _work_fact(costs)]
    return facts


def _weights_fact(weights: Sequence[WeightsOfType]) -> Fact:
    sizes = [group.bytes for group in weights if group.bytes is not None]
    parts = [f"{formats.size(group.bytes)} {group.dtype}" for group in weights[:MOST_TOLD]]
    words = weights[0].dtype if len(weights) == 1 else ", ".join(parts)
    is_whole = len(sizes) == len(weights)
    note = f"{words}, as the model's policy says" if weights[0].is_assumed else words
    return Fact("Weights", f"{'' if is_whole else 'at least '}{formats.size(sum(sizes))}", note)


def _slots_fact(slots: Slots) -> Fact:
    if slots.each is None or slots.bytes is None:
        return Fact("Optimizer", "not known", f"what {slots.optimizer} keeps is not on record")
    each = "nothing" if not slots.each else f"{slots.each} number{'s' * (slots.each > 1)}"
    note = f"{slots.optimizer} keeps {each} for each trainable parameter"
    return Fact("Optimizer", formats.size(slots.bytes), note)


def _activations_fact(costs: Costs) -> Fact:
    least = "at least " if costs.unmeasured else ""
    note = f"{amount(costs.activations)} numbers, the outputs of all layers"
    size = formats.size(costs.activation_bytes)
    return Fact("Activations per sample", f"{least}{size}", note, f"{costs.activations:,} numbers")


def _work_fact(costs: Costs) -> Fact:
    least = "at least " if costs.uncounted else ""
    value = f"{least}{amount(costs.multiply_adds)}"
    return Fact(
        "Multiply-adds per sample", value, "one pass forward, estimated", f"{costs.multiply_adds:,}"
    )


def amount(count: int) -> str:
    """A large count in words, 3.87 billion; below a million exactly."""
    for size, name in UNITS:
        if count >= size:
            return f"{formats.number(round(count / size, 3), 3)} {name}"
    return f"{count:,}"


def _listed(missing: Sequence[Uncounted]) -> str:
    """`2 × Lambda (no formula is known for this class), 1 × Mine (…)`."""
    told = [f"{one.layers:,} × {one.kind or 'unnamed'} ({one.why})" for one in missing[:MOST_TOLD]]
    rest = sum(one.layers for one in missing[MOST_TOLD:])
    return ", ".join([*told, f"{rest:,} more"] if rest else told)


def name_of(document: object) -> str:
    """What the model is called, empty where it is not known."""
    return text(mapping(document).get("name"))
