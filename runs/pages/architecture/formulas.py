"""Multiply-adds of one pass of one sample through a layer of Keras, from its settings and shapes.

Each function gives the number, or None where a length that it needs is not known. The formulas
and where they come from stand in `docs/model.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .reading import Shape, mapping, text, whole

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
# They look up, move, compare, add or apply a function to each element; nothing is multiplied and
# summed.
_FREE = """
InputLayer Embedding Activation ReLU LeakyReLU PReLU ELU Softmax Dropout SpatialDropout1D
SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise
ActivityRegularization Identity Masking Flatten Reshape Permute RepeatVector Concatenate Add
Subtract Multiply Average Maximum Minimum ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D
Cropping2D Cropping3D UpSampling1D UpSampling3D MaxPooling1D MaxPooling2D MaxPooling3D
AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D
GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
AdaptiveMaxPooling2D AdaptiveMaxPooling3D StringLookup IntegerLookup TextVectorization
CategoryEncoding Discretization Hashing HashedCrossing
"""
FREE = frozenset(_FREE.split())


@dataclass(frozen=True)
class Call:
    """One call of a layer: how the layer is set, and the shapes that go in and come out."""

    settings: Mapping[str, Any]
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]

    def number(self, name: str) -> int | None:
        return whole(self.settings.get(name))

    @property
    def multiplier(self) -> int | None:
        return whole(self.settings.get("depth_multiplier", 1))

    @property
    def given(self) -> Shape:
        """The first input; an empty shape where none is known."""
        return self.inputs[0] if self.inputs else ()

    @property
    def made(self) -> Shape:
        return self.outputs[0] if self.outputs else ()


Formula = Callable[[Call], int | None]


def product(lengths: Iterable[int | None]) -> int | None:
    """The product of lengths; None if one of them is not known."""
    found = 1
    for length in lengths:
        if length is None:
            return None
        found *= length
    return found


def total(*parts: int | None) -> int | None:
    """The sum; None if one of the parts is not known."""
    found = 0
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def elements(shape: Shape) -> int | None:
    """The numbers in a tensor of this shape, of one sample; None where that is not known."""
    return product(shape[1:]) if shape else None


def _dense(call: Call) -> int | None:
    return product((*call.given[1:], call.number("units"))) if len(call.given) > 1 else None


def _apart(call: Call, shape: Shape) -> tuple[tuple[int | None, ...], int | None]:
    """The lengths in space and the number of channels."""
    if len(shape) < 3:
        return (None,), None
    if call.settings.get("data_format") == "channels_first":
        return shape[2:], shape[1]
    return shape[1:-1], shape[-1]


def _kernel(call: Call) -> int | None:
    size = call.settings.get("kernel_size")
    if isinstance(size, list):
        return product(whole(length) for length in size[:8])
    return whole(size)


def _convolution(call: Call) -> int | None:
    channels = _apart(call, call.given)[1]
    places = _apart(call, call.made)[0]
    whole_kernel = product((*places, _kernel(call), channels, call.number("filters")))
    groups = call.number("groups") or 1
    return None if whole_kernel is None else whole_kernel // groups


def _transposed(call: Call) -> int | None:
    places, channels = _apart(call, call.given)
    return product((*places, _kernel(call), channels, call.number("filters")))


def _depthwise(call: Call) -> int | None:
    channels = _apart(call, call.given)[1]
    places = _apart(call, call.made)[0]
    return product((*places, _kernel(call), channels, call.multiplier))


def _separable(call: Call) -> int | None:
    deep = _depthwise(call)
    channels = _apart(call, call.given)[1]
    places = _apart(call, call.made)[0]
    wide = product((channels, call.multiplier, call.number("filters")))
    return total(deep, product((*places, wide)))


def _recurrent(gates: int) -> Formula:
    def formula(call: Call) -> int | None:
        units, shape = call.number("units"), call.given
        if len(shape) != 3 or units is None or shape[-1] is None:
            return None
        return product((shape[1], gates, units, shape[-1] + units))

    return formula


def _convolved_recurrent(call: Call) -> int | None:
    filters = call.number("filters")
    if len(call.given) < 4 or len(call.made) < 3 or filters is None:
        return None
    steps, frame = call.given[1], (call.given[0], *call.given[2:])
    returns_all = call.settings.get("return_sequences") is True
    made = (call.made[0], *call.made[2:]) if returns_all else call.made
    channels = _apart(call, frame)[1]
    if channels is None:
        return None
    places = _apart(call, made)[0]
    return product((steps, *places, _kernel(call), 4, filters, channels + filters))


def _attention_of_heads(call: Call) -> int | None:
    heads, deep = call.number("num_heads"), call.number("key_dim")
    wide = call.number("value_dim") or deep
    if call.settings.get("use_gate") is True:
        return None
    return _attending(call, (heads, heads), (deep, wide))


def _grouped_attention(call: Call) -> int | None:
    heads = call.number("num_query_heads"), call.number("num_key_value_heads")
    deep = call.number("head_dim")
    return None if call.settings.get("use_gate") is True else _attending(call, heads, (deep, deep))


def _attending(
    call: Call, heads: tuple[int | None, int | None], widths: tuple[int | None, int | None]
) -> int | None:
    """Projections of query, key and value, scores, weighted sum, projection of the result."""
    if len(call.inputs) < 2 or len(call.made) < 3:
        return None
    query, value = call.inputs[:2]
    key = call.inputs[2] if len(call.inputs) > 2 else value
    (of_query, of_value), (deep, wide) = heads, widths
    pairs = _pairs(call, query, value)
    return total(
        product((*query[1:], of_query, deep)),
        product((*key[1:], of_value, deep)),
        product((*value[1:], of_value, wide)),
        product((pairs, of_query, deep)),
        product((pairs, of_query, wide)),
        product((*query[1:-1], of_query, wide, call.made[-1])),
    )


def _pairs(call: Call, query: Shape, value: Shape) -> int | None:
    """How many pairs of positions attend: along the attended axes all with all."""
    axes = call.settings.get("attention_axes")
    attended = {axis for axis in axes if isinstance(axis, int)} if isinstance(axes, list) else {1}
    every = product(query[1:-1])
    others = product(
        length
        for axis, length in enumerate(value)
        if axis in attended and 0 < axis < len(value) - 1
    )
    return product((every, others))


def _plain_attention(call: Call) -> int | None:
    if len(call.inputs) < 2:
        return None
    query, value = call.inputs[:2]
    if len(query) != 3 or len(value) != 3:
        return None
    return total(product((*query[1:], value[1])), product((query[1], *value[1:])))


def _einsum(call: Call) -> int | None:
    """The product of the lengths of all letters of the equation but the batch's."""
    terms, _, made = text(call.settings.get("equation")).replace(" ", "").partition("->")
    given = terms.partition(",")[0]
    lengths: dict[str, int | None] = {}
    for letters, shape in ((made, call.made), (given, call.given)):
        spelled = _spelled(letters, len(shape))
        if not spelled or len(spelled) != len(shape):
            return None
        lengths |= dict(zip(spelled, shape, strict=True))
    lengths.pop(_spelled(given, len(call.given))[0])
    return product(lengths.values())


def _spelled(letters: str, axes: int) -> list[str]:
    """One name for each axis; the axes that an ellipsis stands for are told by their place."""
    before, dots, after = letters.partition("...")
    hidden = axes - len(before) - len(after) if dots else 0
    return [*before, *(f"…{place}" for place in range(max(hidden, 0))), *after]


def _dot(call: Call) -> int | None:
    axes = call.settings.get("axes")
    axis = axes[0] if isinstance(axes, list) and axes else axes
    if not isinstance(axis, int) or not -len(call.given) <= axis < len(call.given):
        return None
    return product((elements(call.made), call.given[axis]))


def _each(times: int) -> Formula:
    return lambda call: product((elements(call.made), times))


def _up_sampled(call: Call) -> int | None:
    return 0 if call.settings.get("interpolation", "nearest") == "nearest" else None


def _bidirectional(call: Call) -> int | None:
    inner = mapping(call.settings.get("layer"))
    one = of_class(_class(inner), Call(_inner_settings(inner), call.inputs, ()))
    return product((2, one))


def _over_time(call: Call) -> int | None:
    if len(call.given) < 3 or len(call.made) < 2:
        return None
    inner = mapping(call.settings.get("layer"))
    given, made = ((shape[0], *shape[2:]) for shape in (call.given, call.made))
    one = of_class(_class(inner), Call(_inner_settings(inner), (given,), (made,)))
    return product((call.given[1], one))


def _class(inner: Mapping[str, Any]) -> str:
    return text(inner.get("class") or inner.get("class_name"))


def _inner_settings(inner: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(inner["config"]) if "config" in inner else inner


FORMULAS: dict[str, Formula] = {
    "Dense": _dense,
    "EinsumDense": _einsum,
    **{f"Conv{axes}D": _convolution for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": _transposed for axes in (1, 2, 3)},
    **{f"DepthwiseConv{axes}D": _depthwise for axes in (1, 2)},
    **{f"SeparableConv{axes}D": _separable for axes in (1, 2)},
    **{name: _recurrent(gates) for name, gates in GATES.items()},
    **{f"ConvLSTM{axes}D": _convolved_recurrent for axes in (1, 2, 3)},
    "Bidirectional": _bidirectional,
    "TimeDistributed": _over_time,
    "MultiHeadAttention": _attention_of_heads,
    "GroupedQueryAttention": _grouped_attention,
    "GroupQueryAttention": _grouped_attention,
    "Attention": _plain_attention,
    "AdditiveAttention": _plain_attention,
    "Dot": _dot,
    "UpSampling2D": _up_sampled,
    "BatchNormalization": _each(1),
    "Rescaling": _each(1),
    "Normalization": _each(1),
    "LayerNormalization": _each(2),
    "GroupNormalization": _each(2),
    "RMSNormalization": _each(2),
}


def is_known(name: str) -> bool:
    """Whether there is a formula for layers of this class."""
    return name in FORMULAS or name in FREE


def of_class(name: str, call: Call) -> int | None:
    """The multiply-adds of one call; None where the class or a length is not known."""
    if name in FREE:
        return 0
    formula = FORMULAS.get(name)
    return None if formula is None else formula(call)
