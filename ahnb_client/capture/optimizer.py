"""The optimizer's settings and its learning rate, on every Keras back end."""

import contextlib
import warnings
from typing import Any

import numpy as np

from ahnb_client.capture.generation import keras_of
from ahnb_client.capture.values import Json, jsonable, scalar


def optimizer_params(optimizer: Any) -> dict[str, Json]:
    """Return the settings of an optimizer as params.

    ``name``, ``class_name``, ``learning_rate`` (a number; of a schedule its first value),
    ``schedule`` (``{class_name, config}``), then the rest of its config. A loss-scaling
    optimizer gives the settings of the one it wraps, its own under ``loss_scaling``.
    """
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is None:
        return _settings(optimizer)
    own = _config(optimizer)
    own.pop("inner_optimizer", None)
    return {**_settings(inner), "loss_scaling": {"class_name": type(optimizer).__name__, **own}}


def other_optimizers(model: Any) -> dict[str, Json]:
    """Return ``{attribute: settings}`` of optimizers that a model keeps beside that of `compile`.

    A GAN trains each of its halves with one; what `compile` was left with then trains nothing.
    """
    kind = keras_of(model).optimizers.Optimizer
    return {
        name: optimizer_params(value)
        for name, value in vars(model).items()
        if isinstance(value, kind) and value is not getattr(model, "optimizer", None)
    }


def learning_rate(optimizer: Any) -> float | None:
    """Return the learning rate of the next update; None when the optimizer has none."""
    schedule = getattr(optimizer, "_learning_rate", None)
    is_of_keras2 = hasattr(optimizer, "_current_learning_rate")
    if is_of_keras2 and callable(schedule) and not hasattr(schedule, "assign"):
        # tf_keras tells the rate of the last update, Keras 3 that of the next.
        with contextlib.suppress(Exception):
            return shortest(_number(schedule(optimizer.iterations)))
    return shortest(_number(getattr(optimizer, "learning_rate", None)))


def shortest(value: float | None) -> float | None:
    """Return 0.001 for 0.0010000000474974513: the short float64 of a number kept as float32."""
    if value is None:
        return None
    with np.errstate(over="ignore", under="ignore"):
        single = np.float32(value)
    return float(str(single)) if float(single) == value else value


def _settings(optimizer: Any) -> dict[str, Json]:
    config = _config(optimizer)
    rate = config.pop("learning_rate", None)
    named: dict[str, Json] = {
        "name": _name(type(optimizer).__name__, config.pop("name", None)),
        "class_name": type(optimizer).__name__,
        "learning_rate": _first_rate(optimizer),
    }
    if isinstance(rate, dict):
        named["schedule"] = _schedule(rate)
    return named | config


def _name(class_name: str, given: Json) -> str:
    """Return what `compile` takes, ``rmsprop``, where Keras made up ``rm_sprop_1``."""
    if not isinstance(given, str):
        return class_name.lower()
    plain = given.rstrip("0123456789").replace("_", "").lower()
    return class_name.lower() if plain == class_name.lower() else given


def _config(optimizer: Any) -> dict[str, Json]:
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(jsonable(optimizer.get_config()))
    return {}


def _schedule(serialized: dict[str, Json]) -> dict[str, Json]:
    config = serialized.get("config")
    if serialized.get("class_name") == "__lambda__":
        return {"class_name": "lambda", "config": {}}
    if isinstance(config, dict):
        return {"class_name": serialized.get("class_name"), "config": config}
    # A function: its name stands where a class has its settings.
    return {"class_name": config or serialized.get("class_name"), "config": {}}


def _first_rate(optimizer: Any) -> float | None:
    schedule = getattr(optimizer, "_learning_rate", None)
    if callable(schedule) and not hasattr(schedule, "assign"):
        with contextlib.suppress(Exception):
            return shortest(_number(schedule(0)))
    return learning_rate(optimizer)


def _number(value: Any) -> float | None:
    number = scalar(value)
    if value is None or number is not None:
        return number
    from keras import ops

    with contextlib.suppress(Exception):
        return scalar(ops.convert_to_numpy(value))
    return None
