"""The examples of rules, run with Keras up to where they would train."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ahnb_client.capture.callbacks import callback_params
from ahnb_client.capture.fit_arguments import FitArguments, arguments_of_call
from ahnb_client.capture.model import model_document
from ahnb_client.capture.optimizer import optimizer_params

ROWS = 200


def facts_of(program: str) -> dict[str, Any]:
    """The document of facts of lines that make `model`, and may call its `fit` at last."""
    import keras

    policy = keras.config.dtype_policy()
    names = _names()
    try:
        with _fit_told() as told:
            exec(program, names)
        return _document(names["model"], told[-1] if told else None)
    finally:
        keras.config.set_dtype_policy(policy)


def _names() -> dict[str, Any]:
    """What the examples use without making it; all of it rows by the hundred."""
    import keras
    import tensorflow as tf

    random = np.random.default_rng(1)
    x = random.normal(size=(ROWS, 8)).astype("float32")
    labels = random.permutation(np.arange(ROWS) % 3)
    with_gaps = x.copy()
    with_gaps[3, 4] = np.nan
    return {
        "keras": keras,
        "layers": keras.layers,
        "np": np,
        "tf": tf,
        "L1": keras.regularizers.L1,
        "L2": keras.regularizers.L2,
        "x": x,
        "y": random.normal(size=(ROWS, 1)),
        "with_gaps": with_gaps,
        "labels": labels,
        "one_hot": np.eye(3, dtype="float32")[labels],
        "yes_or_no": random.permutation(np.arange(ROWS) % 2),
        "rare": random.permutation((np.arange(ROWS) < 5).astype("int32")),
        "numbers": random.normal(size=ROWS),
        "shares": random.random(ROWS),
        "prices": random.random(ROWS) * 900 + 100.5,
        "images": random.random((ROWS, 28, 28, 1)),
        "pictures": random.integers(0, 256, (ROWS, 32, 32, 3)).astype("uint8"),
        "sequences": random.normal(size=(ROWS, 5, 3)),
        "tokens": random.permutation(np.arange(ROWS * 5) % 20 + 1).reshape(ROWS, 5),
    }


@contextmanager
def _fit_told() -> Iterator[list[FitArguments]]:
    """The arguments of each call of fit, which trains nothing meanwhile."""
    import keras

    told: list[FitArguments] = []
    fit = keras.Model.fit
    signature = inspect.signature(fit)

    def tell(*args: Any, **given: Any) -> None:
        arguments = arguments_of_call(signature, args, given)
        assert arguments is not None
        # Of arrays Keras makes batches of 32 unless it is told otherwise.
        if isinstance(arguments.given["x"], np.ndarray) and arguments.given["batch_size"] is None:
            arguments = FitArguments({**arguments.given, "batch_size": 32})
        told.append(arguments)

    keras.Model.fit = tell
    try:
        yield told
    finally:
        keras.Model.fit = fit


def _document(model: Any, arguments: FitArguments | None) -> dict[str, Any]:
    document: dict[str, Any] = {"facts": 1, "model": model_document(model), "params": {}}
    if getattr(model, "optimizer", None) is not None:
        document["params"]["optimizer"] = optimizer_params(model.optimizer)
    if arguments is not None:
        document["params"]["fit"] = arguments.params(None)
        document["params"]["callbacks"] = callback_params(arguments.callbacks)
        document["data"] = arguments.data(counted=True)
    return document
