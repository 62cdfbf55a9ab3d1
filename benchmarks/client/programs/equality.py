"""`equality BATCHES EPOCHS`: whether weights and history are the same bits with and without us."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

import keras

from .trackers import callback
from .training import data, fit, model


def digest(batches: int, epochs: int, callbacks: list[Any]) -> str:
    """Of all weights and of the history after a training from the same seed."""
    keras.utils.set_random_seed(7)
    made = model()
    history = fit(made, *data(batches), callbacks, epochs)
    found = hashlib.sha256(json.dumps(history.history, sort_keys=True).encode())
    for weight in made.get_weights():
        found.update(weight.tobytes())
    return found.hexdigest()


def main(batches: int, epochs: int) -> None:
    from .measure import tell

    without = digest(batches, epochs, [])
    again = digest(batches, epochs, [])
    tell(equal=digest(batches, epochs, [callback("ahnb")[0]]) == without, repeats=again == without)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
