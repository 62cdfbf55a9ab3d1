"""A model as its card shows it: what was chosen in sight, what Keras sets by itself folded away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Pair = tuple[str, Any]

_ONES = ([1], [1, 1], [1, 1, 1], 1)
_NOUGHT = (0, False)
# What Keras 3 takes where nothing is said; a setting with one of these values was not chosen.
DEFAULTS: dict[str, Sequence[Any]] = {
    "use_bias": (True,),
    "kernel_initializer": ({"class": "GlorotUniform"},),
    "depthwise_initializer": ({"class": "GlorotUniform"},),
    "pointwise_initializer": ({"class": "GlorotUniform"},),
    "bias_initializer": ({"class": "Zeros"},),
    "recurrent_initializer": (
        {"class": "Orthogonal", "gain": 1.0},
        {"class": "OrthogonalInitializer", "gain": 1.0},
    ),
    "recurrent_activation": ("sigmoid",),
    "unit_forget_bias": (True,),
    "reset_after": (True,),
    "dropout": _NOUGHT,
    "recurrent_dropout": _NOUGHT,
    "renorm_momentum": (0.99,),
    "attention_axes": ([1],),
    "strides": _ONES,
    "dilation_rate": _ONES,
    "groups": (1,),
    "padding": ("valid",),
    "data_format": ("channels_last",),
    "axis": (-1, [-1]),
    "momentum": (0.99,),
    "epsilon": (0.001,),
    "center": (True,),
    "scale": (True,),
    "beta_initializer": ({"class": "Zeros"},),
    "gamma_initializer": ({"class": "Ones"},),
    "moving_mean_initializer": ({"class": "Zeros"},),
    "moving_variance_initializer": ({"class": "Ones"},),
    "embeddings_initializer": (
        {"class": "RandomUniform", "minval": -0.05, "maxval": 0.05},
        {"class": "RandomUniform"},
    ),
}
# Off unless somebody turns them on.
SWITCHES = (
    "go_backwards",
    "jit_compile",
    "keepdims",
    "mask_zero",
    "optional",
    "ragged",
    "renorm",
    "return_sequences",
    "return_state",
    "rms_scaling",
    "run_eagerly",
    "sparse",
    "stateful",
    "synchronized",
    "unroll",
    "use_gate",
    "zero_output_for_mask",
)
COLUMNS = ("activation", "units", "batch_shape")  # said by activation and output shape
# What one asks of an optimizer first; only where it is on.
OPTIMIZER_TOLD = (
    "learning_rate",
    "momentum",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "gradient_accumulation_steps",
    "use_ema",
)


@dataclass(frozen=True)
class LayerRow:
    """One layer: `told` was chosen, `settings` is everything but what has a column of its own."""

    layer: Mapping[str, Any]
    told: tuple[Pair, ...]
    settings: tuple[Pair, ...]


@dataclass(frozen=True)
class CompileRow:
    """How the model was compiled: what one asks for, and everything."""

    told: tuple[Pair, ...]
    settings: tuple[Pair, ...]


def layer_row(layer: Mapping[str, Any]) -> LayerRow:
    settings = tuple(_known(layer.get("settings")))
    own = [pair for pair in settings if pair[0] not in COLUMNS]
    return LayerRow(layer, tuple(pair for pair in own if not is_default(*pair)), settings)


def compile_row(compiled: object) -> CompileRow:
    """Loss, metrics and optimizer once each, with the settings of whichever form says more."""
    if not isinstance(compiled, Mapping):
        return CompileRow((), ())
    scaler, optimizer = _optimizer(compiled.get("optimizer_config"))
    plain = [
        (key, compiled.get(f"{key}_config") or value)
        for key, value in _known(compiled)
        if not key.endswith("_config") and key not in ("optimizer", "steps_per_execution")
    ]
    name = optimizer.pop("class", None) or compiled.get("optimizer")
    named = [("optimizer", name)] if name else []
    optimizer |= {"learning_rate": _schedule(optimizer.get("learning_rate"))}
    chosen = [(key, optimizer[key]) for key in OPTIMIZER_TOLD if optimizer.get(key)]
    told = [*named, *chosen, *scaler, *(pair for pair in plain if not is_default(*pair))]
    if compiled.get("steps_per_execution") not in (None, 1):
        told.append(("steps_per_execution", compiled["steps_per_execution"]))
    rest = [pair for pair in [*_known(optimizer), *plain] if pair not in told]
    return CompileRow(tuple(told), tuple(rest))


def is_default(name: str, value: object) -> bool:
    """Whether Keras sets this by itself."""
    if name in SWITCHES:
        return value is False
    # 1 and True are equal in Python, but not what is meant here.
    return any(
        value == default and isinstance(value, bool) == isinstance(default, bool)
        for default in DEFAULTS.get(name, ())
    )


def _known(settings: object) -> Iterator[Pair]:
    if isinstance(settings, Mapping):
        yield from ((key, value) for key, value in settings.items() if value not in (None, "", []))


def _optimizer(serialized: object) -> tuple[list[Pair], dict[str, Any]]:
    """What scales the loss, and the class and settings of the optimizer itself.

    The name that Keras made up for an optimizer is left out.
    """
    config = serialized if isinstance(serialized, Mapping) else {}
    settings = dict(_known(config.get("config")))
    settings.pop("name", None)
    inner = settings.get("inner_optimizer")
    if isinstance(inner, Mapping):
        scaler = {"class": config.get("class_name"), "initial_scale": settings.get("initial_scale")}
        own = dict(_known(inner.get("config")))
        own.pop("name", None)
        return [("loss scaling", scaler)], {"class": inner.get("class_name"), **own}
    return [], settings


def _schedule(rate: object) -> object:
    """A learning rate; of a schedule without the name that repeats its class."""
    config = rate.get("config") if isinstance(rate, Mapping) else None
    if not isinstance(rate, Mapping) or not isinstance(config, Mapping):
        return rate
    kept = {key: value for key, value in config.items() if key != "name"}
    return {"class": rate.get("class_name"), **kept}
