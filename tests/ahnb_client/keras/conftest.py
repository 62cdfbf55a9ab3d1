"""Small real trainings on TensorFlow, recorded into a spool of their own."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ahnb_client.run import Run
from tests.ahnb_client.keras.records import Records

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def spool(empty_environment: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs are recorded offline into an empty folder."""
    monkeypatch.setenv("AHNB_MODE", "offline")
    monkeypatch.setenv("AHNB_PROJECT", "team/project")
    return Path(os.environ["AHNB_DIR"])


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    """40 rows of 3 numbers and their class, 0 or 1."""
    numbers = np.random.default_rng(1).random((40, 3), dtype="float32")
    return numbers, (numbers.sum(axis=1) > 1.5).astype("int32")


@pytest.fixture
def classifier() -> Callable[..., Any]:
    """Makes a compiled Sequential model with the same initial weights each time."""
    import keras

    def make(*, built: bool = True, **options: Any) -> Any:
        keras.utils.set_random_seed(7)
        layers = [
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
        model = keras.Sequential([keras.Input((3,)), *layers] if built else layers)
        settings = {
            "optimizer": "adam",
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            "run_eagerly": True,  # nothing to trace: half the time for such small models
        }
        model.compile(**(settings | options))
        return model

    return make


def records_of(run: Run | None) -> Records:
    """What this run recorded."""
    assert run is not None
    return Records(Path(os.environ["AHNB_DIR"]), run.id)
