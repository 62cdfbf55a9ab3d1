"""A captured model as typed facts, whatever was sent in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Shape = tuple[int | None, ...]

MOST_LAYERS = 5_000
MOST_AXES = 16
MOST_DEEP = 64
LARGEST = 2**53


@dataclass(slots=True, eq=False)  # frozen ones take three times as long to make
class Layer:
    """One row of the layer table.

    `place` is its position among the rows and names it in addresses; `calls` is how often one
    pass through the whole model calls it; `inner` tells that rows of layers within it follow.
    """

    place: int
    name: str
    kind: str
    parent: int | None
    depth: int
    calls: int
    inner: bool
    row: Mapping[str, Any]
    outputs: tuple[Shape, ...] = ()
    entries: tuple[Shape, ...] = ()  # what edges tell of its inputs

    @property
    def inputs(self) -> tuple[Shape, ...]:
        return shapes_of(self.row.get("input_shape")) or self.entries

    @property
    def settings(self) -> Mapping[str, Any]:
        return mapping(self.row.get("settings"))

    @property
    def parameters(self) -> int | None:
        return whole(self.row.get("parameters"))

    @property
    def is_own(self) -> bool:
        """Whether its class is the person's, not Keras'."""
        return self.row.get("own") is True

    @property
    def is_frozen(self) -> bool:
        return self.row.get("trainable") is False and self.parameters != 0


@dataclass(frozen=True)
class Architecture:
    """The layers of a model, and what its document says of the whole."""

    document: Mapping[str, Any]
    layers: tuple[Layer, ...]
    is_cut: bool = False


def architecture_of(document: object) -> Architecture:
    """Read a model document; what is not of the form that clients send is left out."""
    model = mapping(document)
    rows = listed(model.get("layers"))
    told = [row for row in rows[:MOST_LAYERS] if isinstance(row, Mapping)]
    layers = tuple(_layers(told, _sources(model, told)))
    return Architecture(model, layers, is_cut=len(rows) > MOST_LAYERS)


def mapping(value: object) -> Mapping[str, Any]:
    """`value` where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> Sequence[Any]:
    """`value` where it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object, length: int = 255) -> str:
    """`value` where it is text, at most so long, else empty."""
    return value[:length] if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """A count that can be one: a whole number from 0 to 2⁵³; else None."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST else None


def shapes_of(value: object, depth: int = 3) -> tuple[Shape, ...]:
    """The shapes in a document's entry, which holds one, a list or a mapping of them."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list) or not value:
        return ()
    if not any(isinstance(part, (list, dict)) for part in value):
        return (tuple([whole(part) for part in value[:MOST_AXES]]),)
    if not depth:
        return ()
    return tuple(shape for part in value for shape in shapes_of(part, depth - 1))


def named_pairs(edges: object, most: int) -> list[tuple[str, str]]:
    """The edges of a document that are pairs of names, each once, in their order."""
    pairs = [
        (text(edge[0]), text(edge[1]))
        for edge in listed(edges)[:most]
        if isinstance(edge, list) and len(edge) == 2 and all(isinstance(end, str) for end in edge)
    ]
    return list(dict.fromkeys(pairs))


def _layers(rows: Sequence[Mapping[str, Any]], sources: Sources) -> Iterator[Layer]:
    open_layers: list[Layer] = []  # the layers that a row may stand in, outermost first
    outputs: dict[str, tuple[Shape, ...]] = {}
    for place, row in enumerate(rows):
        parent = row.get("parent")
        while open_layers and open_layers[-1].name != parent:
            open_layers.pop()
        above = open_layers[-1] if open_layers else None
        name = text(row.get("name"))
        after = rows[place + 1] if place + 1 < len(rows) else {}
        layer = Layer(
            place=place,
            name=name,
            kind=text(row.get("class")),
            parent=above.place if above else None,
            depth=len(open_layers),
            calls=min(_calls(row) * (above.calls if above else 1), 1_000_000),
            inner=bool(name) and after.get("parent") == name,
            row=row,
            outputs=shapes_of(row.get("output_shape")),
            entries=sources.given(name, above, outputs),
        )
        if above is None:
            outputs[name] = layer.outputs
        if layer.inner and len(open_layers) < MOST_DEEP:
            open_layers.append(layer)
        yield layer


def _calls(row: Mapping[str, Any]) -> int:
    calls = whole(row.get("calls"))
    return min(calls, 1_000) if calls else 1


@dataclass(frozen=True)
class Sources:
    """What the outermost layers are given, by names: older clients told no shapes of inputs."""

    by_name: Mapping[str, Sequence[str]]
    entry: str
    entries: tuple[Shape, ...]

    def given(
        self, name: str, above: Layer | None, outputs: Mapping[str, tuple[Shape, ...]]
    ) -> tuple[Shape, ...]:
        if above is not None or not self.by_name:
            return self.entries if name == self.entry and above is None else ()
        sources = self.by_name.get(name, ())
        if not sources and name == self.entry:
            return self.entries
        return tuple(shape for source in sources for shape in outputs.get(source, ()))


def _sources(model: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Sources:
    if not rows or any("input_shape" in row for row in rows):
        return Sources({}, "", ())
    by_name: dict[str, list[str]] = {}
    for source, target in named_pairs(model.get("edges"), 2 * MOST_LAYERS):
        by_name.setdefault(target, []).append(source)
    entries = shapes_of([mapping(entry).get("shape") for entry in listed(model.get("inputs"))[:1]])
    return Sources(by_name, text(rows[0].get("name")), entries)
