"""How a fit ends, and that it is the same fit with and without us."""

import copy
import logging
import pickle
from typing import Any

import keras
import numpy as np
import pytest

from ahnb_client import AHNBCallback, Run
from tests.ahnb_client.keras.conftest import records_of

pytestmark = pytest.mark.keras


class StopsWith(keras.callbacks.Callback):
    """Raises an exception at a hook."""

    def __init__(self, error: BaseException, hook: str = "on_train_batch_end") -> None:
        super().__init__()
        setattr(self, hook, self._raise)
        self._error = error

    def _raise(self, *args: Any, **kwargs: Any) -> None:
        raise self._error


class TallModel(keras.Sequential):
    """A person's model with a fit of its own around Keras'."""

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        return super().fit(*args, **kwargs)


def test_weights_and_history_are_bit_equal_with_and_without_us(rows, classifier):
    def trained(callbacks: list[Any]) -> tuple[dict[str, list[float]], list[np.ndarray]]:
        model = classifier(run_eagerly=False)
        fitted = model.fit(
            *rows,
            epochs=3,
            batch_size=8,
            validation_split=0.2,
            verbose=0,
            callbacks=callbacks,
        )
        return fitted.history, model.get_weights()

    history, weights = trained([])
    with_us, weights_with_us = trained([AHNBCallback(strict=True)])
    assert history == with_us
    assert all(map(np.array_equal, weights, weights_with_us))


@pytest.mark.parametrize("form", ["one", "list", "tuple", "nested", "CallbackList", "positional"])
def test_callbacks_may_be_given_in_every_form_that_keras_takes(rows, classifier, form):
    callback, model = AHNBCallback(strict=True), classifier()
    given: Any = {
        "one": callback,
        "list": [callback],
        "tuple": (callback,),
        "nested": [[callback]] if keras.config.backend() == "tensorflow" else [callback],
        "CallbackList": keras.callbacks.CallbackList([callback], add_history=True, model=model),
        "positional": [callback],
    }[form]
    if form == "positional":
        fitted = model.fit(*rows, 20, 1, 0, given)
    else:
        fitted = model.fit(*rows, batch_size=20, verbose=0, callbacks=given)
    records = records_of(callback.run)
    assert records.values("loss") == fitted.history["loss"]
    assert records.statuses == ["finished"]


def test_list_of_the_person_stays_as_it_was(rows, classifier):
    given = [AHNBCallback(strict=True)]
    before = list(given)
    model = classifier()
    model.fit(*rows, verbose=0, callbacks=given)
    model.evaluate(*rows, verbose=0, callbacks=(others := []))
    assert given == before
    assert others == []


def test_fit_without_us_records_nothing(rows, classifier, spool):
    for callbacks in (None, [], (), keras.callbacks.TerminateOnNaN()):
        classifier().fit(*rows, verbose=0, callbacks=callbacks)
    assert not spool.exists()


def test_wrong_arguments_are_refused_by_keras_itself(rows, classifier):
    callback = AHNBCallback(strict=True)
    with pytest.raises(TypeError, match="no_such_argument"):
        classifier().fit(*rows, no_such_argument=1, callbacks=[callback])
    assert callback.run is None


def test_exception_ends_the_run_as_failed(rows, classifier):
    callback = AHNBCallback(strict=True)
    error = ValueError("bad row, token=hf_abcdefghijklmnopqrstuv")
    with pytest.raises(ValueError, match="bad row") as raised:
        classifier().fit(*rows, verbose=0, callbacks=[callback, StopsWith(error)])
    assert raised.value is error
    records = records_of(callback.run)
    assert records.last("status") == {
        "status": "failed",
        "reason": "ValueError: bad row, token=***",
    }
    exception = records.last("exception")
    assert exception["type"] == "ValueError"
    assert "hf_" not in str(exception)
    assert exception["traceback"][-1]["function"] == "_raise"


class Unspeakable(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_exception_without_words_ends_the_run_all_the_same(rows, classifier):
    callback = AHNBCallback()
    with pytest.raises(Unspeakable):
        classifier().fit(*rows, verbose=0, callbacks=[callback, StopsWith(Unspeakable())])
    status = records_of(callback.run).last("status")
    assert status == {"status": "failed", "reason": "Unspeakable"}


def test_keyboard_interrupt_ends_the_run_as_interrupted(rows, classifier):
    callback = AHNBCallback(strict=True)
    with pytest.raises(KeyboardInterrupt):
        classifier().fit(
            *rows, batch_size=10, verbose=0, callbacks=[callback, StopsWith(KeyboardInterrupt())]
        )
    records = records_of(callback.run)
    assert records.statuses == ["interrupted"]
    assert records.steps("batch/loss") == [0]


def test_exception_of_another_callback_at_the_end_counts(rows, classifier):
    callback = AHNBCallback(strict=True)
    late = StopsWith(RuntimeError("too late"), "on_train_end")
    with pytest.raises(RuntimeError, match="too late"):
        classifier().fit(*rows, verbose=0, callbacks=[callback, late])
    assert records_of(callback.run).statuses == ["failed"]


def test_interrupted_training_goes_on_in_its_run(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            *rows, batch_size=10, verbose=0, callbacks=[callback, StopsWith(KeyboardInterrupt())]
        )
    model.fit(*rows, batch_size=10, verbose=0, callbacks=[callback])
    records = records_of(callback.run)
    assert records.statuses == ["interrupted", "running", "finished"]
    assert records.steps("batch/loss") == [0, 1, 2, 3, 4]
    assert records.steps("loss") == [0]


def test_fit_overridden_around_keras_own_ends_as_it_ends(rows):
    model = TallModel([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    callback = AHNBCallback(strict=True)
    with pytest.raises(ValueError, match="enough"):
        model.fit(*rows, verbose=0, callbacks=[callback, StopsWith(ValueError("enough"))])
    assert records_of(callback.run).statuses == ["failed"]


def test_run_is_known_while_it_trains(rows, classifier, monkeypatch):
    monkeypatch.setenv("AHNB_SERVER", "http://127.0.0.1:9")
    callback = AHNBCallback("team/project", strict=True)
    assert callback.run is None
    seen: list[Run | None] = []
    watcher = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(callback.run)
    )
    classifier().fit(*rows, verbose=0, callbacks=[callback, watcher])
    assert seen[0] is not None
    assert seen[0].id == callback.run.id


def test_copies_are_runs_of_their_own(rows, classifier):
    callback = AHNBCallback(params={"width": 4}, tags=["a"], strict=True)
    classifier().fit(*rows, verbose=0, callbacks=[callback])
    for other in (copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):
        assert type(other) is type(callback)
        assert other.run is None
        classifier().fit(*rows, verbose=0, callbacks=[other])
        assert other.run.id != callback.run.id
        assert records_of(other.run).params["width"] == 4


class OwnCallback(AHNBCallback):
    """A person's subclass with a hook and a setting of its own."""

    def __init__(self, factor: int, **options: Any) -> None:
        super().__init__(**options)
        self.factor = factor
        self.batches = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        super().on_train_batch_end(batch, logs)
        self.batches += self.factor


def test_subclass_keeps_its_hooks_and_ours(rows, classifier):
    callback = pickle.loads(pickle.dumps(OwnCallback(2, strict=True)))
    classifier().fit(*rows, batch_size=10, verbose=0, callbacks=[callback])
    assert callback.batches == 8
    assert records_of(callback.run).steps("batch/loss") == [0, 1, 2, 3]


class Nameless:
    """The key of a metric that cannot be told."""

    def __str__(self) -> str:
        raise OSError("no name today")


def spoiling() -> keras.callbacks.Callback:
    """Makes recording an epoch impossible."""
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: logs.update({Nameless(): 0.5})
    )


def test_our_own_failure_is_logged_once_and_the_training_goes_on(rows, classifier, caplog):
    callback = AHNBCallback()
    with caplog.at_level(logging.WARNING, "ahnb_client"):
        fitted = classifier().fit(
            *rows, epochs=3, batch_size=20, verbose=0, callbacks=[spoiling(), callback]
        )
    assert len(fitted.history["loss"]) == 3
    assert [record.getMessage() for record in caplog.records] == [
        "AHNB could not record epochs: OSError: no name today. The training goes on without it."
    ]
    records = records_of(callback.run)
    assert records.statuses == ["finished"]
    assert records.last("summary")["client_errors"] == {"epochs": 1}
    assert "loss" not in records.metrics
    assert records.steps("batch/loss") == list(range(6))


def test_metrics_whose_keys_are_no_texts_are_named_by_them(rows, classifier):
    numbered = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: logs.update({7: 0.5})
    )
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, verbose=0, callbacks=[numbered, callback])
    assert records_of(callback.run).values("7") == [0.5]


def test_our_own_failure_is_raised_when_strict(rows, classifier):
    with pytest.raises(OSError, match="no name today"):
        classifier().fit(*rows, verbose=0, callbacks=[spoiling(), AHNBCallback(strict=True)])


def test_spool_that_cannot_be_written_does_not_stop_the_training(
    rows, classifier, tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AHNB_DIR", str(tmp_path / "file" / "spool"))
    fitted = classifier().fit(*rows, verbose=0, callbacks=[AHNBCallback()])
    assert len(fitted.history["loss"]) == 1


def test_only_the_chief_of_a_cluster_records(rows, classifier, spool, monkeypatch):
    cluster = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}'
    model = classifier()
    monkeypatch.setenv("TF_CONFIG", cluster)
    callback = AHNBCallback(strict=True)
    model.fit(*rows, validation_data=rows, verbose=0, callbacks=[callback])
    assert callback.run is None
    assert not spool.exists()


def test_two_callbacks_record_two_runs(rows, classifier):
    callbacks = [AHNBCallback(strict=True), AHNBCallback(strict=True)]
    classifier().fit(*rows, verbose=0, callbacks=callbacks)
    first, second = (records_of(callback.run) for callback in callbacks)
    assert first.values("loss") == second.values("loss")
    assert callbacks[0].run.id != callbacks[1].run.id
