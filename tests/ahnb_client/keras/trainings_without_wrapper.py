"""Trains with AHNB_NO_PATCH=1: test_without_wrapper.py judges what it prints and records."""

import contextlib
import json
import threading
from typing import Any

import keras
import numpy as np

from ahnb_client import AHNBCallback
from tests.ahnb_client.keras.conftest import records_of


class Stop(keras.callbacks.Callback):
    """Raises after the first batch."""

    def __init__(self, kind: type[BaseException] | None) -> None:
        super().__init__()
        self._kind = kind

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._kind is not None:
            raise self._kind("no more")


def fit(callback: AHNBCallback, kind: type[BaseException] | None) -> None:
    rows, targets = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(rows, targets, batch_size=4, verbose=0, callbacks=[callback, Stop(kind)])


def ending(kind: type[BaseException] | None) -> dict[str, Any]:
    callback = AHNBCallback(strict=True)
    with contextlib.suppress(ValueError, KeyboardInterrupt):
        fit(callback, kind)
    # The run is ended by a thread, once the fit is gone.
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(10)
    records = records_of(callback.run)
    return {
        "statuses": records.statuses,
        "reason": records.last("status").get("reason"),
        "fit": records.params["fit"],
        "samples": records.last("data")["samples"],
    }


if __name__ == "__main__":
    results = {
        "patched": hasattr(keras.Model.fit, "_ahnb_wraps"),
        "returned": ending(None),
        "caught": ending(ValueError),
        "interrupted": ending(KeyboardInterrupt),
    }
    print(json.dumps(results), flush=True)
    fit(AHNBCallback("team/uncaught"), KeyboardInterrupt)
