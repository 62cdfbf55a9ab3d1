"""From `fit` to a server on a real socket, well and badly behaved."""

from typing import Any

import keras
import pytest

from ahnb_client import AHNBCallback
from tests.ahnb_client.server import KEY, Fault

pytestmark = pytest.mark.keras


@pytest.fixture(autouse=True)
def online(spool, server, monkeypatch):
    monkeypatch.setenv("AHNB_MODE", "online")
    monkeypatch.setenv("AHNB_SERVER", server.address)
    monkeypatch.setenv("AHNB_API_KEY", KEY)


def test_training_arrives_whole(rows, classifier, store, server):
    callback = AHNBCallback("team/digits", params={"width": 4}, monitor="loss", strict=True)
    seen: list[Any] = []
    watcher = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append((callback.run.id, callback.run.url))
    )
    fitted = classifier().fit(
        *rows, epochs=3, batch_size=10, verbose=0, callbacks=[callback, watcher]
    )
    run = callback.run
    assert run.wait(20)
    assert seen[0] == (run.id, f"{server.address}/runs/{run.id}/")
    assert store.runs[run.id]["objective"] == {"metric": "loss", "mode": "min"}
    assert store.points(run.id, "loss") == list(enumerate(fitted.history["loss"]))
    assert [step for step, _ in store.points(run.id, "batch/loss")] == list(range(12))
    assert store.status(run.id) == "finished"
    assert store.events(run.id, "params")[0] == {"width": 4}
    assert store.events(run.id, "model")[-1]["parameters"] == 26
    assert store.events(run.id, "environment")[0]["backend"] == "tensorflow"


def test_evaluation_arrives_in_a_run_that_was_already_delivered(rows, classifier, store):
    callback, model = AHNBCallback(strict=True), classifier()
    model.fit(*rows, verbose=0, callbacks=[callback])
    assert callback.run.wait(20)
    loss, _ = model.evaluate(*rows, verbose=0)
    assert callback.run.wait(20)
    assert store.points(callback.run.id, "evaluate/loss") == [(1, loss)]
    assert store.status(callback.run.id) == "finished"


def test_server_that_fails_half_way_gets_everything_in_the_end(rows, classifier, store):
    def go_down(epoch: int, logs: Any) -> None:
        if epoch == 1:
            store.fault = lambda request: Fault(status=500)

    callback = AHNBCallback(strict=True)
    breaker = keras.callbacks.LambdaCallback(on_epoch_begin=go_down)
    fitted = classifier().fit(*rows, epochs=3, verbose=0, callbacks=[callback, breaker])
    assert not callback.run.wait(0.5)
    store.fault = lambda request: None
    assert callback.run.wait(30)
    assert store.points(callback.run.id, "loss") == list(enumerate(fitted.history["loss"]))
    assert store.status(callback.run.id) == "finished"
