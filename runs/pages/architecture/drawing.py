"""The graph of a model as the shapes of an SVG: boxes with words, and ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from .graph import Box, Graph
from .layout import GAP, HEIGHT, MARGIN, WIDTH, Point, laid_out
from .reading import Shape

COLUMNS = 4  # of a chain that is wrapped like lines of text
MOST_BOXES = 400
MOST_OF_CHAIN = 120
MOST_TOLD = 12
CHARACTERS = 25
ROUND = 7.0


@dataclass(frozen=True)
class DrawnBox:
    """A box: its corner, up to three lines of words, and the row of the table that it leads to."""

    x: float
    y: float
    lines: tuple[str, ...]
    title: str
    look: str
    place: int | None
    opens: int | None  # the row of a model whose own graph can be looked at


@dataclass(frozen=True)
class DrawnWay:
    """An arrow as an SVG path."""

    path: str
    is_long: bool


@dataclass(frozen=True)
class Drawing:
    """All of it, in pixels; `remark` says what is not drawn."""

    width: int
    height: int
    boxes: tuple[DrawnBox, ...]
    ways: tuple[DrawnWay, ...]
    words: str
    remark: str = ""
    box_width: int = WIDTH
    box_height: int = HEIGHT


def drawing_of(graph: Graph) -> Drawing | None:
    """The drawing; None of an empty graph and of one that is too large to be read."""
    if not graph.boxes:
        return None
    if graph.is_chain:
        return _wrapped(graph)
    if len(graph.boxes) > MOST_BOXES:
        return None
    layout = laid_out(len(graph.boxes), graph.arrows)
    if layout is None:
        return None
    boxes = [_drawn(box, corner) for box, corner in zip(graph.boxes, layout.corners, strict=True)]
    ways = [
        DrawnWay(path_of(way), is_long)
        for way, is_long in zip(layout.ways, layout.long, strict=True)
    ]
    return Drawing(
        round(layout.width), round(layout.height), tuple(boxes), tuple(ways), _words(graph, ways)
    )


def _wrapped(graph: Graph) -> Drawing:
    """A chain in rows from left to right; its length stays readable where a column would not."""
    boxes = graph.boxes[:MOST_OF_CHAIN]
    columns = min(COLUMNS, len(boxes))
    corners = [_place_in_chain(number) for number in range(len(boxes))]
    ways = [DrawnWay(path_of(_to_next(one, other)), False) for one, other in pairwise(corners)]
    left = len(graph.boxes) - len(boxes)
    remark = f"The first {len(boxes)} of {len(graph.boxes):,} are drawn." if left else ""
    return Drawing(
        round(2 * MARGIN + columns * WIDTH + (columns - 1) * GAP),
        round(corners[-1][1] + HEIGHT + MARGIN),
        tuple(_drawn(box, corner) for box, corner in zip(boxes, corners, strict=True)),
        tuple(ways),
        _words(graph, ways),
        remark,
    )


def _place_in_chain(number: int) -> Point:
    row, column = divmod(number, COLUMNS)
    return MARGIN + column * (WIDTH + GAP), MARGIN + row * (HEIGHT + GAP)


def _to_next(one: Point, other: Point) -> list[Point]:
    if one[1] == other[1]:
        middle = one[1] + HEIGHT / 2
        return [(one[0] + WIDTH, middle), (other[0], middle)]
    turn = one[1] + HEIGHT + GAP / 2
    start, end = one[0] + WIDTH / 2, other[0] + WIDTH / 2
    return [(start, one[1] + HEIGHT), (start, turn), (end, turn), (end, other[1])]


def path_of(way: Sequence[Point]) -> str:
    """A line through these corners, each of them rounded."""
    corners = [*(point for point, after in pairwise(way) if point != after), way[-1]]
    path = f"M{corners[0][0]:g} {corners[0][1]:g}"
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        first, last = _towards(corner, before), _towards(corner, after)
        path += f"L{first[0]:g} {first[1]:g}"
        path += f"Q{corner[0]:g} {corner[1]:g} {last[0]:g} {last[1]:g}"
    return f"{path}L{corners[-1][0]:g} {corners[-1][1]:g}"


def _towards(corner: Point, other: Point) -> Point:
    """The point on the way from a corner where its rounding begins."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    part = min(ROUND / (hypot(across, down) or 1), 0.5)
    return round(corner[0] + across * part, 1), round(corner[1] + down * part, 1)


def _drawn(box: Box, corner: Point) -> DrawnBox:
    first = box.first
    lines = _chain_lines(box) if len(box.names) > 1 else _lines(box)
    opens = first.place if first and first.inner and len(box.names) == 1 else None
    place = first.place if first else None
    return DrawnBox(
        round(corner[0], 1), round(corner[1], 1), lines, _title(box), _look(box), place, opens
    )


def _lines(box: Box) -> tuple[str, ...]:
    layer = box.first
    often = f" ×{layer.calls}" if layer and layer.calls > 1 else ""
    kind = box.kinds[0] or ("" if layer else "operation")
    return shortened(f"{kind}{often}"), shortened(box.names[0]), shape_text(box.made)


def _chain_lines(box: Box) -> tuple[str, ...]:
    kinds = [f"{kind} ×{count}" if count > 1 else kind for kind, count in box.kind_counts]
    if len(box.names) == 2:
        return shortened(" · ".join(box.kinds)), shortened(box.names[0]), shape_text(box.made)
    return (
        f"{len(box.names)} layers",
        shortened(", ".join(kinds), at_end=True),
        shape_text(box.made),
    )


def shortened(words: str, *, at_end: bool = False) -> str:
    """As many characters as a box has room for; names differ at both their ends."""
    if len(words) <= CHARACTERS:
        return words
    if at_end:
        return f"{words[: CHARACTERS - 1]}…"
    half = CHARACTERS // 2
    return f"{words[:half]}…{words[half - CHARACTERS + 1 :]}"


def shape_text(shape: Shape) -> str:
    """A shape without the batch, `112 × 112 × 64`."""
    return shortened(" × ".join("?" if length is None else f"{length}" for length in shape[1:]))


def _look(box: Box) -> str:
    """The classes of a box: whether it learns, is frozen, is an input, a model, an output."""
    layers = [layer for layer in box.layers if layer is not None]
    has_weights = any(layer.parameters for layer in layers)
    looks = {
        "is-input": box.kinds[0] == "InputLayer",
        "has-weights": has_weights,
        "is-frozen": has_weights and all(one.is_frozen for one in layers if one.parameters),
        "is-model": any(layer.inner for layer in layers),
        "is-chain": len(box.names) > 1,
        "is-output": box.gives_output,
    }
    return " ".join(name for name, holds in looks.items() if holds)


def _title(box: Box) -> str:
    """What a box says when it is pointed at, and to those who do not see it."""
    pairs = list(zip(box.names, box.kinds, strict=True))
    told = [f"{name} ({kind})" if kind else name for name, kind in pairs[:MOST_TOLD]]
    more = f" and {len(pairs) - MOST_TOLD} more" if pairs[MOST_TOLD:] else ""
    names = ", ".join(told) + more
    layers = [layer for layer in box.layers if layer is not None]
    counts = [layer.parameters for layer in layers if layer.parameters]
    facts = [names, f"gives {shape_text(box.made)}" if len(box.made) > 1 else ""]
    facts.append(f"{sum(counts):,} parameters" if counts else "")
    facts.append("frozen" if "is-frozen" in _look(box) else "")
    calls = layers[0].calls if len(layers) == 1 else 1
    facts.append(f"called {calls} times" if calls > 1 else "")
    return "; ".join(fact for fact in facts if fact)


def _words(graph: Graph, ways: Sequence[DrawnWay]) -> str:
    """The drawing in a sentence."""
    layers = sum(len(box.names) for box in graph.boxes)
    passing = sum(way.is_long for way in ways)
    known = all(layer is not None for box in graph.boxes for layer in box.layers)
    told = f"{layers:,} layer{'s' * (layers > 1)}{'' if known else ' and operations'}"
    if graph.is_folded:
        told += f" in {len(graph.boxes):,} boxes: what lies in a row is one box"
    if passing:
        told += f"; {passing:,} connection{'s pass' if passing > 1 else ' passes'} others by"
    return f"{told}."
