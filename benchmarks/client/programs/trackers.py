"""How each tracker is begun, given numbers, and ended: as its own documentation does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Log = Callable[[Mapping[str, float], int], object]
End = Callable[[], object]


def callback(tracker: str) -> tuple[Any, End]:
    """A Keras callback that records after each batch if it can, and what ends its run."""
    return CALLBACKS[tracker]()


def logger(tracker: str) -> tuple[Log, End]:
    """A function that records named numbers at a step, and what waits for them and ends."""
    return LOGGERS[tracker]()


def _nothing() -> None:
    """There is nothing to end."""


# With Keras


def _no_callback() -> tuple[Any, End]:
    from keras.callbacks import Callback

    class DoNothing(Callback):  # type: ignore[misc]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            pass

    return DoNothing(), _nothing


def _ahnb_callback() -> tuple[Any, End]:
    from ahnb_client import AHNBCallback

    return AHNBCallback(), _nothing


def _wandb_callback() -> tuple[Any, End]:
    import wandb
    from wandb.integration.keras import WandbMetricsLogger

    run = wandb.init(project="bench", mode="offline")
    return WandbMetricsLogger(log_freq="batch"), run.finish


def _tensorboard_callback() -> tuple[Any, End]:
    from keras.callbacks import TensorBoard

    return TensorBoard("tensorboard", update_freq="batch"), _nothing


def _csv_callback() -> tuple[Any, End]:
    from keras.callbacks import CSVLogger

    return CSVLogger("log.csv"), _nothing


def _mlflow_callback() -> tuple[Any, End]:
    import mlflow
    from mlflow.keras import MlflowCallback

    mlflow.start_run()
    return MlflowCallback(log_every_epoch=False, log_every_n_steps=1), _end_mlflow


def _end_mlflow() -> None:
    import mlflow

    mlflow.flush_async_logging()
    mlflow.end_run()


def _aim_callback() -> tuple[Any, End]:
    from aim.keras import AimCallback

    return AimCallback(repo="aim", capture_terminal_logs=False), _nothing


CALLBACKS: dict[str, Callable[[], tuple[Any, End]]] = {
    "none": _no_callback,
    "ahnb": _ahnb_callback,
    "wandb": _wandb_callback,
    "tensorboard": _tensorboard_callback,
    "csv": _csv_callback,
    "mlflow": _mlflow_callback,
    "aim": _aim_callback,
}


# In a loop of one's own


def _ahnb() -> tuple[Log, End]:
    from ahnb_client import Run

    run = Run()

    def end() -> None:
        run.finish()
        run.wait(60)

    return lambda values, step: run.log(values, step=step), end


def _wandb() -> tuple[Log, End]:
    import wandb

    run = wandb.init(project="bench", mode="offline")
    return lambda values, step: run.log(values, step=step), run.finish


def _mlflow() -> tuple[Log, End]:
    import mlflow

    mlflow.start_run()

    def log(values: Mapping[str, float], step: int) -> None:
        mlflow.log_metrics(dict(values), step=step, synchronous=False)

    return log, _end_mlflow


def _aim() -> tuple[Log, End]:
    from aim import Run

    run = Run(repo="aim", capture_terminal_logs=False)
    return lambda values, step: run.track(dict(values), step=step), run.close


def _tensorboard() -> tuple[Log, End]:
    import tensorflow as tf

    writer = tf.summary.create_file_writer("tensorboard")

    def log(values: Mapping[str, float], step: int) -> None:
        with writer.as_default(step):
            for name, value in values.items():
                tf.summary.scalar(name, value)

    return log, writer.close


def _trackio() -> tuple[Log, End]:
    import trackio

    trackio.init(project="bench", embed=False)
    return lambda values, step: trackio.log(dict(values), step=step), trackio.finish


def _swanlab() -> tuple[Log, End]:
    import swanlab

    swanlab.init(project="bench", mode="offline")
    return lambda values, step: swanlab.log(dict(values), step=step), swanlab.finish


LOGGERS: dict[str, Callable[[], tuple[Log, End]]] = {
    "ahnb": _ahnb,
    "wandb": _wandb,
    "mlflow": _mlflow,
    "aim": _aim,
    "tensorboard": _tensorboard,
    "trackio": _trackio,
    "swanlab": _swanlab,
}
