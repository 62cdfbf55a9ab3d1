"""What a model takes for one sample: multiply-adds and activations, and the memory of weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .formulas import FREE, Call, elements, is_known, of_class, product, total
from .reading import Architecture, Layer, listed, mapping, shapes_of, text, whole

BEYOND = 10**24  # no model of this world; a record that says so is not believed
MODELS = ("Functional", "Sequential", "Model")
# What a functional model calls that is no layer, and that moves, compares or adds elements.
_FREE_OPERATIONS = """
Add Subtract Multiply Divide TrueDivide FloorDivide Negative Abs Absolute Square Sqrt Rsqrt
Power Exp Log Log1p Sin Cos Tanh Sigmoid Relu Relu6 Silu Gelu Elu Selu LeakyRelu Softmax
LogSoftmax Softplus Softsign HardSigmoid HardSilu Clip Maximum Minimum Max Min Mean Sum Prod
Argmax Argmin Reshape Transpose Squeeze ExpandDims Concatenate Stack Split GetItem Flip Roll
Pad Tile Repeat BroadcastTo Cast Shape Arange Ones Zeros OnesLike ZerosLike Where Equal
NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalNot OneHot Identity
StopGradient Slice SwapAxes Moveaxis Ravel Round Floor Ceil Sign Take TakeAlongAxis
"""
FREE_OPERATIONS = frozenset(_FREE_OPERATIONS.split())
BITS = {"bool": 8}


@dataclass(frozen=True)
class Cost:
    """Of one layer, over all its calls; None where that is not known, and `why` then says so.

    Of a layer that holds others both are the sums of those that are known.
    """

    multiply_adds: int | None
    activations: int | None
    why: str = ""


@dataclass(frozen=True)
class Uncounted:
    """Layers of one class that are missing from a sum."""

    kind: str
    layers: int
    why: str


@dataclass(frozen=True)
class Costs:
    """The costs of each layer by its place, and their sums."""

    of: Mapping[int, Cost]
    multiply_adds: int
    activations: int
    activation_bytes: int
    uncounted: tuple[Uncounted, ...]
    unmeasured: tuple[Uncounted, ...]


@dataclass(frozen=True)
class WeightsOfType:
    """How many weights have this type, and their bytes (None for a type of unknown size)."""

    dtype: str
    parameters: int
    trainable: int
    bytes: int | None
    is_assumed: bool = False

    @property
    def trainable_bytes(self) -> int | None:
        bits = bits_of(self.dtype)
        return None if bits is None else -(-self.trainable * bits // 8)


def costs_of(model: Architecture) -> Costs:
    """The costs of every layer, and of the whole."""
    own = {layer.place: _cost(layer) for layer in model.layers}
    leaves = [layer for layer in model.layers if not layer.inner]
    missing = Counter(
        (layer.kind, own[layer.place].why) for layer in model.layers if own[layer.place].why
    )
    missing.update(_operations(model))
    if text(model.document.get("kind")) == "subclassed":
        missing[text(model.document.get("class")), OWN_CODE] += 1
    unmeasured = Counter(
        (layer.kind, "the shape of its output is not known")
        for layer in leaves
        if own[layer.place].activations is None
    )
    made = [(layer, own[layer.place].activations or 0) for layer in leaves]
    return Costs(
        of=_with_sums(model.layers, own),
        multiply_adds=sum(own[layer.place].multiply_adds or 0 for layer in leaves),
        activations=sum(count for _, count in made),
        activation_bytes=sum(-(-count * _compute_bits(layer) // 8) for layer, count in made),
        uncounted=_told(missing),
        unmeasured=_told(unmeasured),
    )


OWN_CODE = "what its own code does beside its layers is not recorded"


def _cost(layer: Layer) -> Cost:
    """The cost of a layer without those within it."""
    if layer.inner:
        return Cost(None, None, "" if layer.kind in MODELS else OWN_CODE)
    if layer.kind == "InputLayer":
        return Cost(0, 0)
    if layer.kind in FREE and layer.calls == 1 and not layer.is_own:
        return Cost(0, _believed(elements_of(layer.outputs)))
    calls = _calls(layer)
    made = _believed(total(*[product((times, elements_of(call.outputs))) for call, times in calls]))
    if layer.is_own or not is_known(layer.kind):
        return Cost(None, made, "no formula is known for this class")
    counts = [product((times, of_class(layer.kind, call))) for call, times in calls]
    count = _believed(total(*counts))
    return Cost(count, made, "" if count is not None else "a shape is not known")


def _calls(layer: Layer) -> list[tuple[Call, int]]:
    """Each call that differs from the others in its shapes, and how often there is one like it."""
    if layer.calls == 1:
        return [(Call(layer.settings, layer.inputs, layer.outputs), 1)]
    told = listed(layer.row.get("call_shapes"))[:64]
    pairs = [pair for pair in told if isinstance(pair, list) and len(pair) == 2]
    calls = [Call(layer.settings, shapes_of(pair[0]), shapes_of(pair[1])) for pair in pairs]
    calls = calls or [Call(layer.settings, layer.inputs, layer.outputs)]
    each, over = divmod(layer.calls, len(calls))
    return [(call, each + (number < over)) for number, call in enumerate(calls)]


def elements_of(shapes: Iterable[tuple[int | None, ...]]) -> int | None:
    """The numbers in some tensors of one sample; None if one is not known, or there is none."""
    counts = [elements(shape) for shape in shapes]
    return total(*counts) if counts else None


def _believed(count: int | None) -> int | None:
    return count if count is not None and count < BEYOND else None


def _compute_bits(layer: Layer) -> int:
    return _bits_of_policy(text(layer.row.get("dtype"), 64))


@lru_cache(maxsize=64)
def _bits_of_policy(policy: str) -> int:
    """The bits of a number that a layer gives: `mixed_float16` computes in float16."""
    return bits_of(policy.removeprefix("mixed_").rpartition("_from_")[2]) or 32


@lru_cache(maxsize=64)
def bits_of(dtype: str) -> int | None:
    """The bits of one number of a type: float32, bfloat16, int8, float8_e4m3fn, int4."""
    digits = "".join(sign for sign in dtype.partition("_")[0] if sign in "0123456789")
    bits = BITS.get(dtype) or (int(digits) if 0 < len(digits) <= 3 else 0)
    return bits or None


def _operations(model: Architecture) -> Counter[tuple[str, str]]:
    """The operations outside layers for which no count is known."""
    kinds = [
        text(mapping(one).get("class")) for one in listed(model.document.get("operations"))[:2_000]
    ]
    return Counter(
        (kind, "an operation outside layers") for kind in kinds if kind not in FREE_OPERATIONS
    )


def _with_sums(layers: Sequence[Layer], own: Mapping[int, Cost]) -> dict[int, Cost]:
    """The costs, with the sums of what lies within in place of None.

    A sum that something is missing from says why, as a layer that is not counted does.
    """
    work: dict[int, int] = {layer.place: 0 for layer in layers if layer.inner}
    made = dict(work)
    why = {layer.place: own[layer.place].why for layer in layers}
    for layer in reversed(layers):
        if layer.parent is None or layer.parent not in work:
            continue
        cost = own[layer.place]
        work[layer.parent] += work.get(layer.place, cost.multiply_adds or 0)
        made[layer.parent] += made.get(layer.place, cost.activations or 0)
        if why[layer.place]:
            why[layer.parent] = why[layer.parent] or "a layer within is not counted"
    return {
        layer.place: Cost(work[layer.place], made[layer.place], why[layer.place])
        if layer.inner
        else own[layer.place]
        for layer in layers
    }


def _told(counts: Counter[tuple[str, str]]) -> tuple[Uncounted, ...]:
    return tuple(Uncounted(kind, number, why) for (kind, why), number in counts.most_common())


def weights_of(model: Architecture) -> tuple[WeightsOfType, ...]:
    """The weights by type, the most bytes first.

    Older records have no types: then all weights are taken for the type of the model's policy.
    """
    found = [_weights(mapping(group)) for group in listed(model.document.get("weights"))[:64]]
    known = [group for group in found if group is not None] or _assumed(model.document)
    return tuple(sorted(known, key=lambda group: -(group.bytes or 0)))


def _weights(group: Mapping[str, Any]) -> WeightsOfType | None:
    dtype, count = text(group.get("dtype"), 64), whole(group.get("parameters"))
    if not dtype or not count:
        return None
    trainable = min(whole(group.get("trainable")) or 0, count)
    bits = bits_of(dtype)
    return WeightsOfType(dtype, count, trainable, None if bits is None else -(-count * bits // 8))


def _assumed(document: Mapping[str, Any]) -> list[WeightsOfType]:
    count = whole(document.get("parameters"))
    if not count:
        return []
    policy = text(document.get("dtype"), 64)
    dtype = "float32" if policy.startswith("mixed_") or not bits_of(policy) else policy
    bits = bits_of(dtype) or 32
    trainable = min(whole(document.get("trainable_parameters")) or 0, count)
    return [WeightsOfType(dtype, count, trainable, -(-count * bits // 8), is_assumed=True)]
