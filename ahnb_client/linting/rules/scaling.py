"""Whether the inputs are of the size that initial weights are made for, and what mends it."""

from __future__ import annotations

from ..facts import Facts, Layer, Sample
from ..facts.layers import RECURRENT
from .inputs import first_uses

UNIT = 10.0  # values up to here, of either sign, are about of unit size
NORMALIZE = "normalization = layers.Normalization(); normalization.adapt(x) first"
# Scale what comes out of the layer before them, and so what went into it.
_NORMALIZING = ("BatchNormalization", "LayerNormalization", "GroupNormalization")


def is_known(sample: Sample) -> bool:
    """Whether its range is known, and is one of numbers."""
    return not sample.raw and sample.min is not None and sample.max is not None


def largest_of(sample: Sample) -> float:
    """The value that is farthest from 0."""
    return max(-(sample.min or 0.0), sample.max or 0.0)


def is_large(sample: Sample) -> bool:
    """Whether its values are far from unit size."""
    # Of scaled data some values may be far out; what counts is where most of them are.
    spread = (sample.std or 0.0) > UNIT / 3 or abs(sample.mean or 0.0) > UNIT
    return is_known(sample) and largest_of(sample) > UNIT and spread


def unscaled_use(facts: Facts, sample: Sample) -> Layer | None:
    """The first layer that computes with its values as they are."""
    uses = first_uses(facts, sample)
    return next((layer for layer in uses if _takes_raw_values(layer, facts)), None)


def _takes_raw_values(layer: Layer, facts: Facts) -> bool:
    """Whether the size of its inputs is what the layer computes with and learns from."""
    if layer.own or not (layer.is_weighted or layer.kind in RECURRENT):
        return False
    is_taught = layer.trainable is not False and layer.trainable_parameters != 0
    # Published weights of these names were trained on inputs of this size.
    is_published = layer.name.startswith(("block1_conv1", "conv1"))
    behind = facts.graph.next(layer)
    is_normalized = bool(behind) and all(one.kind in _NORMALIZING for one in behind)
    return is_taught and not is_published and not is_normalized


def scaling_of(sample: Sample) -> str:
    """The lines that bring its values to unit size."""
    is_picture = (sample.min or 0.0) >= 0 and len(sample.shape or ()) > 2
    if is_picture and largest_of(sample) <= 255:
        return "layers.Rescaling(1 / 255) first"
    return NORMALIZE


def mend_of_large_outputs(facts: Facts) -> str:
    """What makes the first outputs smaller: scaled inputs only where they are not scaled yet."""
    known = [sample for sample in facts.inputs if is_known(sample)]
    for sample in known:
        if is_large(sample) and (unscaled_use(facts, sample) or not first_uses(facts, sample)):
            return scaling_of(sample)
    smaller = "begin with smaller weights, and multiply nothing on the way (the inputs are scaled)"
    return smaller if known else f"{NORMALIZE}, or smaller initial weights"
