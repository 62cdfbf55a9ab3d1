"""Which numbers are recorded, and where they stand on the axes."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from ahnb_client import AHNBCallback
from ahnb_client.batches import BLOCK_POINTS
from tests.ahnb_client.keras.conftest import records_of

pytestmark = [
    pytest.mark.keras,
    # Keras' own schedulers read TensorFlow's variables in a way that NumPy 2 wants otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def test_epoch_metrics_are_those_of_the_history(rows, classifier):
    callback = AHNBCallback(strict=True)
    fitted = classifier().fit(
        *rows, epochs=3, batch_size=10, validation_split=0.25, verbose=0, callbacks=[callback]
    )
    records = records_of(callback.run)
    assert set(fitted.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for name, values in fitted.history.items():
        assert records.values(name) == values
        assert records.steps(name) == [0, 1, 2]
        assert {point.unit for point in records.metrics[name]} == {"epoch"}


def test_epochs_stand_at_their_last_batch(rows, classifier):
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, epochs=2, batch_size=16, verbose=0, callbacks=[callback])
    records = records_of(callback.run)
    assert records.steps("batch/loss") == [0, 1, 2, 3, 4, 5]
    assert [point.at_step for point in records.metrics["loss"]] == [2, 5]
    assert records.metrics["batch/loss"][2].value == records.metrics["loss"][0].value


def test_batch_metrics_are_what_keras_passes(rows, classifier):
    seen = []
    watcher = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(dict(logs))
    )
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, batch_size=8, verbose=0, callbacks=[watcher, callback])
    records = records_of(callback.run)
    assert records.values("batch/loss") == [logs["loss"] for logs in seen]
    assert records.values("batch/accuracy") == [logs["accuracy"] for logs in seen]


def test_every_batch_of_a_long_epoch_is_what_keras_passes(rows, classifier):
    x, y = (np.tile(part, (40, *[1] * (part.ndim - 1))) for part in rows)
    seen = []
    watcher = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(logs["loss"])
    )
    callback = AHNBCallback(strict=True)
    model = classifier(run_eagerly=False)
    model.fit(x, y, epochs=2, batch_size=1, verbose=0, callbacks=[watcher, callback])
    records = records_of(callback.run)
    assert len(seen) > 2 * BLOCK_POINTS
    assert records.values("batch/loss") == seen
    assert records.steps("batch/loss") == list(range(len(seen)))


def test_batches_that_take_turns_in_their_names_keep_them(classifier):
    callback = AHNBCallback(strict=True)
    loop = keras.callbacks.CallbackList([callback], model=classifier())
    loop.on_train_begin()
    loop.on_epoch_begin(0)
    for batch in range(12):
        # Three of a kind in a row, so that the quick way is met as well.
        name = "generator" if batch // 3 % 2 else "critic"
        loop.on_train_batch_end(batch, {name: float(batch)})
    loop.on_epoch_end(0, {"loss": 0.5})
    loop.on_train_end()
    records = records_of(callback.run)
    assert records.values("batch/critic") == [0, 1, 2, 6, 7, 8]
    assert records.values("batch/generator") == [3, 4, 5, 9, 10, 11]
    assert records.steps("batch/generator") == [3, 4, 5, 9, 10, 11]


def test_nothing_but_epochs_when_batches_are_not_wanted(rows, classifier):
    callback = AHNBCallback(log_batches=False, strict=True)
    assert "on_train_batch_end" not in vars(type(callback))
    classifier().fit(*rows, epochs=2, batch_size=16, verbose=0, callbacks=[callback])
    records = records_of(callback.run)
    assert not [name for name in records.metrics if name.startswith("batch/")]
    assert [point.at_step for point in records.metrics["loss"]] == [2, 5]


def test_executions_of_several_batches_make_the_steps_sparse(rows, classifier):
    callback = AHNBCallback(strict=True)
    model = classifier(steps_per_execution=3)
    model.fit(*rows, epochs=2, batch_size=8, verbose=0, callbacks=[callback])
    # 5 batches an epoch: the second execution holds the last two.
    assert records_of(callback.run).steps("batch/loss") == [2, 4, 7, 9]


def test_second_fit_of_a_callback_goes_on_on_both_axes(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    model.fit(*rows, epochs=2, batch_size=20, verbose=0, callbacks=[callback])
    first = callback.run
    model.fit(*rows, epochs=1, batch_size=20, verbose=0, callbacks=[callback])
    model.fit(*rows, epochs=5, initial_epoch=3, batch_size=20, verbose=0, callbacks=[callback])
    assert callback.run is first
    records = records_of(first)
    assert records.steps("loss") == [0, 1, 2, 3, 4]
    assert records.steps("batch/loss") == list(range(10))
    assert records.statuses[-1] == "finished"


def test_new_callback_is_a_new_run(rows, classifier):
    model, callbacks = classifier(), [AHNBCallback(strict=True), AHNBCallback(strict=True)]
    for callback in callbacks:
        model.fit(*rows, verbose=0, callbacks=[callback])
    assert callbacks[0].run.id != callbacks[1].run.id
    assert records_of(callbacks[1].run).steps("loss") == [0]


def test_learning_rate_of_each_epoch(rows, classifier):
    def slower(epoch: int, rate: float) -> float:
        return 0.1 / (epoch + 1)

    callback = AHNBCallback(strict=True)
    scheduler = keras.callbacks.LearningRateScheduler(slower)
    classifier().fit(*rows, epochs=3, verbose=0, callbacks=[callback, scheduler])
    assert records_of(callback.run).values("learning_rate") == [0.1, 0.05, 0.033333335]


def test_learning_rate_of_a_schedule(rows, classifier):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 2, 0.5, staircase=True)
    callback = AHNBCallback(strict=True)
    model = classifier(optimizer=keras.optimizers.SGD(schedule))
    model.fit(*rows, epochs=2, batch_size=20, verbose=0, callbacks=[callback])
    assert records_of(callback.run).values("learning_rate") == [0.25, 0.125]


def test_rate_that_keras_logs_itself_is_kept_as_it_is(rows, classifier):
    callback = AHNBCallback(strict=True)
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=1)
    fitted = classifier().fit(*rows, epochs=2, verbose=0, callbacks=[plateau, callback])
    values = records_of(callback.run).values("learning_rate")
    assert values == fitted.history["learning_rate"]


def test_metric_with_a_value_for_each_class(rows, classifier):
    numbers, classes = rows
    callback = AHNBCallback(strict=True)
    model = classifier(loss="categorical_crossentropy", metrics=[keras.metrics.F1Score(name="f1")])
    model.fit(numbers, np.eye(2)[classes], batch_size=20, verbose=0, callbacks=[callback])
    records = records_of(callback.run)
    assert {"f1/0", "f1/1", "batch/f1/0", "batch/f1/1", "loss"} <= set(records.metrics)
    assert records.steps("batch/f1/1") == [0, 1]


def test_loss_that_is_no_number_is_recorded_as_such(rows, classifier):
    numbers, classes = rows
    callback = AHNBCallback(strict=True)
    broken = np.full_like(numbers, np.nan)
    classifier().fit(broken, classes, verbose=0, callbacks=[callback])
    assert np.isnan(records_of(callback.run).values("loss")).all()


def test_metrics_that_come_only_in_some_epochs(rows, classifier):
    callback = AHNBCallback(strict=True)
    classifier().fit(
        *rows,
        epochs=4,
        validation_data=rows,
        validation_freq=2,
        verbose=0,
        callbacks=[callback],
    )
    records = records_of(callback.run)
    assert records.steps("loss") == [0, 1, 2, 3]
    assert records.steps("val_loss") == [1, 3]


def test_generator_of_unknown_length(rows, classifier):
    numbers, classes = rows

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, 40, 10):
            yield numbers[start : start + 10], classes[start : start + 10]

    callback = AHNBCallback(strict=True)
    with pytest.warns(UserWarning, match="ran out of data"):
        classifier().fit(batches(), shuffle=False, verbose=0, callbacks=[callback])
    records = records_of(callback.run)
    assert records.steps("batch/loss") == [0, 1, 2, 3]
    assert records.metrics["loss"][0].at_step == 3
    assert records.last("data")["x"]["type"] == "generator"


def test_evaluation_after_fit_belongs_to_the_run(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    model.fit(*rows, batch_size=10, verbose=0, callbacks=[callback])
    loss, accuracy = model.evaluate(*rows, verbose=0)
    records = records_of(callback.run)
    assert records.metrics["evaluate/loss"][0][:2] == (3, loss)
    assert records.values("evaluate/accuracy") == [accuracy]
    assert records.statuses[-1] == "finished"


def test_evaluation_with_the_callback_is_recorded_once(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    model.fit(*rows, verbose=0, callbacks=[callback])
    result = model.evaluate(*rows, verbose=0, return_dict=True, callbacks=[callback])
    assert records_of(callback.run).values("evaluate/loss") == [result["loss"]]


def test_evaluation_alone_is_a_run(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    result = model.evaluate(*rows, verbose=0, return_dict=True, callbacks=[callback])
    records = records_of(callback.run)
    assert records.values("evaluate/loss") == [result["loss"]]
    assert records.last("model")["parameters"] == 26
    assert records.statuses == ["finished"]


def test_validation_inside_fit_is_no_evaluation(rows, classifier):
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, validation_data=rows, verbose=0, callbacks=[callback])
    names = records_of(callback.run).metrics
    assert "val_loss" in names
    assert not [name for name in names if name.startswith("evaluate/")]


def test_custom_loop_through_a_list_of_callbacks(classifier):
    callback = AHNBCallback(strict=True)
    loop = keras.callbacks.CallbackList([callback], model=classifier())
    loop.on_train_begin()
    for epoch in range(2):
        loop.on_epoch_begin(epoch)
        for batch in range(3):
            loop.on_train_batch_end(batch, {"loss": 1.0 / (batch + 1)})
        loop.on_epoch_end(epoch, {"loss": 0.5})
    loop.on_train_end()
    records = records_of(callback.run)
    assert records.steps("batch/loss") == [0, 1, 2, 3, 4, 5]
    assert [point.at_step for point in records.metrics["loss"]] == [2, 5]
    assert records.statuses == ["finished"]
