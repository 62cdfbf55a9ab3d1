"""From an array of the data to the layers that use it first."""

from __future__ import annotations

from ..facts import Facts, Layer, Sample
from ..facts.layers import PASSING
from ..facts.reading import listing, mapping

# Change where values stand, or a little of each, but not what range they have.
SAME_RANGE = (
    *PASSING,
    "Masking",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "Cropping1D",
    "Cropping2D",
    "CenterCrop",
    "Resizing",
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomCrop",
    "RandomTranslation",
    "RandomHeight",
    "RandomWidth",
    "MaxPooling1D",
    "MaxPooling2D",
    "AveragePooling1D",
    "AveragePooling2D",
)


def first_uses(facts: Facts, sample: Sample) -> list[Layer]:
    """The layers and operations that an input goes into, past those that keep its range.

    Empty where the model's graph or the input's place in it is unknown. An inner model is given
    as it stands: what it does first is its own matter.
    """
    start = _start(facts, sample)
    if start is None:
        return []
    if start.kind in SAME_RANGE:
        return facts.graph.next(start, SAME_RANGE)
    return [start]


def _start(facts: Facts, sample: Sample) -> Layer | None:
    graph = facts.graph
    starts = graph.starts() if graph.is_known else []
    if sample.path == "x":
        return starts[0] if len(starts) == 1 else None
    if facts.model.get("kind") != "functional":
        return None
    name = sample.path.removeprefix("x.")
    inputs = [mapping(one).get("name") for one in listing(facts.model.get("inputs"))]
    if name.isdigit() and int(name) < len(inputs):
        name = str(inputs[int(name)])
    return next((one for one in starts if one.name == name), None)
