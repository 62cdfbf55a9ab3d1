"""Facts of trainings for the rules that read what a training did."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from ahnb_client.linting.checking import check

NOISE = random.Random(5)


def curve(values: Sequence[float]) -> dict[str, Any]:
    """One metric, an entry for each epoch or batch."""
    return {"steps": list(range(len(values))), "values": [float(value) for value in values]}


def along(length: int, value: Callable[[int], float], noise: float = 0.0) -> list[float]:
    """Values of a function, with relative noise."""
    return [value(at) * (1 + NOISE.gauss(0, noise)) for at in range(length)]


def falling(length: int, first: float = 2.3, last: float = 0.1, noise: float = 0.02) -> list[float]:
    """A loss as a sound training has it."""
    pace = math.log(first / last) / max(length - 1, 1)
    return along(length, lambda at: first * math.exp(-pace * at), noise)


def facts(
    epochs: dict[str, Sequence[float]] | None = None,
    batches: dict[str, Sequence[float]] | None = None,
    *,
    loss: str | None = "sparse_categorical_crossentropy",
    units: int = 10,
    target: dict[str, Any] | None = None,
    layers: Sequence[dict[str, Any]] = (),
    **parts: Any,
) -> dict[str, Any]:
    """The facts of a model with one output that was trained on 1,000 rows."""
    classes = {str(name): 1_000 // units for name in range(units)}
    labels = {"shape": [1_000], "rows": 1_000, "whole": True, "classes": classes}
    output = {"name": "out", "class": "Dense", "output_shape": [None, units], "settings": {}}
    if loss != "mean_squared_error":
        output["activation"] = "softmax" if units > 1 else "sigmoid"
    inputs = {"shape": [1_000, 8], "rows": 1_000, "min": -1.0, "max": 1.0}
    return {
        "facts": 1,
        "model": {
            "module": "keras.src.models.sequential",
            "kind": "sequential",
            "layers": [*layers, output],
            "edges": [["in", "out"]],
            "output_layers": ["out"],
            "compile": {"loss": loss} if loss else {},
        },
        "params": {"optimizer": {"class_name": "Adam", "learning_rate": 0.001}, "fit": {}},
        "data": {
            "samples": 1_000,
            "validation": {"samples": 1_000},
            "statistics": {"x": inputs, "y": labels if target is None else target},
        },
        "curves": {
            "epoch": {name: curve(values) for name, values in (epochs or {}).items()},
            "batch": {name: curve(values) for name, values in (batches or {}).items()},
        },
        **parts,
    }


def found(document: dict[str, Any], severity: str | None = None) -> list[str]:
    """The ids of what is found of the training."""
    findings = check(document, dynamic=True, strict=True)
    return [one.id for one in findings if severity in (None, one.severity)]
