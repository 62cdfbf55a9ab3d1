"""What linting costs a training: `python -m benchmarks.lint.cost`.

Prints the milliseconds that linting takes when the fit of a model of 100 layers begins, beside
those of the record of the model, which is made anyhow, and what it takes after each epoch of a
long training. Medians, with the slowest tenth.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

LAYERS, EPOCHS, REPEATS = 100, 300, 9


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np

    random = np.random.default_rng(1)
    rows = random.random((60_000, 784), dtype="float32")
    labels = random.integers(0, 10, 60_000)
    model = _model()
    _print("statistics of 60,000 rows of 784", _timed(lambda: _statistics(rows, labels)))
    _print("rules of model and data", _timed(lambda: _check_model(model, rows, labels)))
    _print("first look at the weights", _timed(lambda: _look(model)))
    _print("after an epoch", _epochs(model))


def _model() -> Any:
    import keras

    layers = [keras.layers.Dense(256, activation="relu") for _ in range(LAYERS - 1)]
    model = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def _statistics(rows: Any, labels: Any) -> Any:
    from ahnb_client.capture.statistics import statistics as counted

    parts = [("x", rows[10_000:]), ("y", labels[10_000:])]
    return counted([*parts, ("validation.x", rows[:10_000]), ("validation.y", labels[:10_000])])


_known: dict[str, Any] = {}


def _check_model(model: Any, rows: Any, labels: Any) -> None:
    """The rules alone: the record of the model and the statistics are made beforehand."""
    from ahnb_client.capture.model import model_document
    from ahnb_client.linter.live import Linter

    if not _known:
        data = {"samples": 60_000, "statistics": _statistics(rows, labels)}
        _known.update(model=model_document(model), data=data)
    linter = Linter("warn", ())
    began = time.perf_counter()
    linter.begin_fit({"params": {}, "data": _known["data"]})
    linter.check_model(_known["model"])
    _known["seconds"] = time.perf_counter() - began


def _look(model: Any) -> Any:
    from ahnb_client.capture.updates import updates_of

    return updates_of(model)


def _timed(work: Callable[[], Any]) -> list[float]:
    found = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        found.append(_known.pop("seconds", seconds))
    return found


def _epochs(model: Any) -> list[float]:
    """The end of each epoch of a sound training with validation, the looks at weights included."""
    from ahnb_client.linter.live import Linter

    linter = Linter("warn", ())
    linter.begin_fit({"params": {}, "data": _known["data"]})
    linter.check_model(_known["model"])
    linter.watch_weights(_look(model))
    found = []
    for epoch in range(EPOCHS):
        loss = 2.3 * 0.99**epoch
        metrics = {"loss": loss, "val_loss": loss * 1.1, "accuracy": 0.5, "val_accuracy": 0.5}
        linter.begin_epoch()
        began = time.perf_counter()
        linter.end_epoch(epoch, metrics, epoch * 100)
        found.append(time.perf_counter() - began)
    return found


def _print(what: str, seconds: list[float]) -> None:
    milliseconds = sorted(1_000 * one for one in seconds)
    slowest = milliseconds[int(len(milliseconds) * 0.9)]
    mean = statistics.fmean(milliseconds)
    told = f"median {statistics.median(milliseconds):.2f} ms, mean {mean:.2f}, 90 % {slowest:.2f}"
    print(f"{what}: {told}, most {milliseconds[-1]:.2f}")


if __name__ == "__main__":
    main()
