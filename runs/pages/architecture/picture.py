"""The graph of a run's model, ready for its template."""

from __future__ import annotations

from dataclasses import dataclass

from .drawing import Drawing, drawing_of
from .graph import SMALL, Graph, graph_of
from .reading import Layer, architecture_of, text


@dataclass(frozen=True)
class Picture:
    """The drawing (None where there is none, `remark` then says why), and other ways to see it."""

    drawing: Drawing | None
    within: Layer | None
    remark: str
    whole: bool
    is_folded: bool
    can_fold: bool


def picture_of(document: object, of: int | None = None, *, whole: bool = False) -> Picture:
    """The graph of a model document.

    Args:
        of: the row of a model within it whose graph is asked for.
        whole: leave long chains as they are.
    """
    model = architecture_of(document)
    within = next((one for one in model.layers if one.place == of and one.inner), None)
    graph = graph_of(model, within, whole=whole)
    drawing = drawing_of(graph)
    return Picture(
        drawing=drawing,
        within=within,
        remark=_remark(drawing, graph, text(model.document.get("kind"))),
        whole=whole,
        is_folded=graph.is_folded,
        can_fold=len(graph.boxes) > SMALL and not graph.is_chain,
    )


def _remark(drawing: Drawing | None, graph: Graph, kind: str) -> str:
    boxes, returning = len(graph.boxes), graph.returning
    if drawing is None and boxes:
        return (
            f"This graph has {boxes:,} boxes, more than can be read in a drawing. "
            "The table has every layer."
        )
    if drawing is None:
        calls = " (a subclassed model calls them in its own code)" if kind == "subclassed" else ""
        return f"How the layers are connected is not on record{calls}."
    if returning:
        leads = "connection that leads" if returning == 1 else "connections that lead"
        back = f"Left out: {returning:,} {leads} back to an earlier layer."
        return f"{drawing.remark} {back}".strip()
    return drawing.remark
