"""One of two processes of a training; prints the id of its run, null if it records nothing."""

import json
import os

import keras
import numpy as np

from ahnb_client import AHNBCallback

if __name__ == "__main__":
    if keras.backend.backend() == "jax":
        import jax

        jax.distributed.initialize(os.environ["COORDINATOR"], 2, int(os.environ["RANK"]))
    keras.utils.set_random_seed(7)
    rows = np.ones((8, 3), "float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    callback = AHNBCallback(strict=True)
    model.fit(rows, rows[:, :1], epochs=1, verbose=0, callbacks=[callback])
    model.evaluate(rows, rows[:, :1], verbose=0)
    print(json.dumps(callback.run and callback.run.id))
