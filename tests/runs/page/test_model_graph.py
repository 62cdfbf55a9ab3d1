"""The graph of a model: cleaned, folded, laid out, drawn."""

import random
from itertools import pairwise
from typing import Any

import pytest

from runs.pages.architecture.drawing import MOST_OF_CHAIN, Drawing, drawing_of
from runs.pages.architecture.graph import Graph, graph_of
from runs.pages.architecture.layout import HEIGHT, WIDTH, Layout, laid_out
from runs.pages.architecture.picture import picture_of
from runs.pages.architecture.reading import architecture_of

from .models import chain, dense, linked, model


def graph(document: Any, **options: Any) -> Graph:
    return graph_of(architecture_of(document), **options)


def arrows(found: Graph) -> set[str]:
    names = ["+".join(box.names) for box in found.boxes]
    return {f"{names[source]} > {names[target]}" for source, target in found.arrows}


def drawn(document: Any) -> Drawing:
    found = drawing_of(graph(document))
    assert found is not None
    return found


def test_boxes_stand_so_that_every_arrow_leads_on() -> None:
    found = graph(linked("cd", "ac", "ab", "bd"))
    assert arrows(found) == {"c > d", "a > c", "a > b", "b > d"}
    assert all(source < target for source, target in found.arrows)


def test_arrows_that_lead_back_are_left_out_and_told() -> None:
    picture = picture_of(linked("ab", "bc", "ca", "cd", "bb"))
    assert picture.drawing is not None
    assert len(picture.drawing.ways) == 3
    assert picture.remark == "Left out: 1 connection that leads back to an earlier layer."


GARBAGE: list[Any] = [
    None,
    7,
    "ab",
    {"a": "b"},
    [["a"], ["a", "b", "c"], ["a", 7], [["a"], "b"], None, "ab", {}],
    [["ghost", "spectre"]],
    [["", ""], ["a", ""]],
    [["a", "a"]],
]


@pytest.mark.parametrize("edges", GARBAGE, ids=repr)
def test_no_edges_are_a_fault(edges: Any) -> None:
    document = model([dense("a"), dense("b")]) | {"edges": edges}
    assert picture_of(document).remark is not None


@pytest.mark.parametrize("document", [None, [], "model", 3, {"layers": 3}, {"layers": [1, None]}])
def test_no_document_is_a_fault(document: Any) -> None:
    picture = picture_of(document)
    assert picture.drawing is None
    assert picture.remark == "How the layers are connected is not on record."


def test_a_subclassed_model_is_told_apart() -> None:
    picture = picture_of(model([dense("a"), dense("b")], kind="subclassed"))
    assert "a subclassed model calls them in its own code" in picture.remark


def residual(blocks: int, length: int) -> dict[str, Any]:
    """Blocks of so many layers, each with a way past them."""
    layers, edges, end = [dense("in")], [], "in"
    for block in range(blocks):
        names = [end, *(f"b{block}_{place}" for place in range(length)), f"join{block}"]
        layers += [dense(name) for name in names[1:]]
        edges += [*map(list, pairwise(names)), [end, names[-1]]]
        end = names[-1]
    return model(layers, edges)


def test_long_chains_become_one_box_and_ways_past_them_stay() -> None:
    document = residual(16, 9)
    folded, whole = graph(document), graph(document, whole=True)
    assert (len(folded.boxes), len(whole.boxes)) == (1 + 16 * 2, 1 + 16 * 10)
    found = drawn(document)
    assert sum(way.is_long for way in found.ways) == 16
    assert found.boxes[1].lines[:2] == ("9 layers", "Dense ×9")
    assert "16 connections pass others by" in found.words


def test_a_chain_is_drawn_in_rows_and_cut_with_a_word() -> None:
    found = drawn(chain(5000))
    assert len(found.boxes) == MOST_OF_CHAIN
    assert found.remark == f"The first {MOST_OF_CHAIN} of 5,000 are drawn."
    assert found.width < 900
    assert len({box.y for box in found.boxes}) == MOST_OF_CHAIN // 4


def test_what_is_too_large_to_read_is_not_drawn() -> None:
    names = [f"l{number}" for number in range(4998)]
    layers = [dense(name) for name in ("in", *names, "out")]
    edges = [edge for name in names for edge in (["in", name], [name, "out"])]
    picture = picture_of(model(layers, edges))
    assert picture.drawing is None
    assert picture.remark.startswith("This graph has 5,000 boxes, more than can be read")


def random_arrows(boxes: int, seed: int) -> list[tuple[int, int]]:
    choose = random.Random(seed)
    chosen = {(choose.randrange(target), target) for target in range(1, boxes) for _ in range(2)}
    return sorted(chosen)


def overlaps(layout: Layout) -> int:
    corners = layout.corners
    return sum(
        abs(one[0] - other[0]) < WIDTH and abs(one[1] - other[1]) < HEIGHT
        for place, one in enumerate(corners)
        for other in corners[:place]
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_box_lies_on_another_and_arrows_lead_down(seed: int) -> None:
    chosen = random_arrows(40, seed)
    layout = laid_out(40, chosen)
    assert layout is not None
    assert overlaps(layout) == 0
    for (source, target), way in zip(chosen, layout.ways, strict=True):
        assert way[0][1] == layout.corners[source][1] + HEIGHT
        assert way[-1][1] == layout.corners[target][1]
        assert 0 < way[0][0] - layout.corners[source][0] < WIDTH
        assert 0 < way[-1][0] - layout.corners[target][0] < WIDTH
        assert all(start[1] <= end[1] for start, end in pairwise(way))
        assert all(abs(a[0] - b[0]) < 1 or a[1] == b[1] for a, b in pairwise(way))
    assert all(0 <= x <= layout.width for way in layout.ways for x, _ in way)


def test_long_arrows_pass_beside_the_boxes() -> None:
    layout = laid_out(4, [(0, 1), (0, 3), (1, 2), (2, 3)])
    assert layout is not None
    assert layout.long == [False, True, False, False]
    passed = [x for x, _ in layout.ways[1][2:-2]]
    for left, _ in layout.corners[1:3]:
        assert all(not left <= x <= left + WIDTH for x in passed)


def test_an_entry_stands_right_above_what_it_feeds() -> None:
    layout = laid_out(5, [(0, 1), (1, 2), (2, 4), (3, 4)])
    assert layout is not None
    assert layout.corners[3][1] == layout.corners[2][1]


def test_a_graph_full_of_long_arrows_is_given_up() -> None:
    chosen = [(0, target) for target in range(2, 300)]
    assert laid_out(300, [*chosen, *pairwise(range(300))]) is None
