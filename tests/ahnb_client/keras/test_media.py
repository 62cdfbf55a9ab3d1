"""Media that a callback's run takes: they stand where the metrics of that moment stand."""

from typing import Any

import keras
import numpy as np
import pytest

from ahnb_client import AHNBCallback
from tests.ahnb_client.keras.conftest import records_of

pytestmark = pytest.mark.keras


class Draws(keras.callbacks.Callback):
    """Records a histogram at some hooks, as a person would, without a step."""

    def __init__(self, ours: AHNBCallback) -> None:
        super().__init__()
        self._ours = ours

    def _draw(self, name: str) -> None:
        assert self._ours.run is not None
        self._ours.run.log_histogram(name, [1.0, 2.0])

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._draw("batches")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._draw("epochs")


@pytest.mark.parametrize("log_batches", [True, False])
def test_media_without_a_step_stand_where_the_training_is(rows, classifier, log_batches):
    ours = AHNBCallback(strict=True, log_batches=log_batches)
    model = classifier()
    model.fit(*rows, epochs=3, batch_size=8, verbose=0, callbacks=[ours, Draws(ours)])
    assert ours.run is not None
    ours.run.log_image("after", np.zeros((2, 2), np.uint8))
    model.fit(*rows, epochs=1, batch_size=8, verbose=0, callbacks=[ours, Draws(ours)])
    records = records_of(ours.run)
    drawn: dict[str, list[int]] = {}
    for one in records.data_of("media"):
        drawn.setdefault(one["name"], []).append(one["step"])
    assert drawn["epochs"] == [point.at_step for point in records.metrics["loss"]]
    assert drawn["epochs"] == [4, 9, 14, 19]
    assert drawn["after"] == [14]
    if log_batches:
        steps = [point.step for point in records.metrics["batch/loss"]]
        assert drawn["batches"] == steps == list(range(20))


def test_what_is_logged_at_later_steps_by_hand_counts_too(rows, classifier):
    ours = AHNBCallback(strict=True)
    classifier().fit(*rows, epochs=1, batch_size=8, verbose=0, callbacks=[ours])
    assert ours.run is not None
    ours.run.log({"test": 0.5}, step=100)
    ours.run.log_table("errors", [{"word": "a"}])
    assert [one["step"] for one in records_of(ours.run).data_of("media")] == [100]
