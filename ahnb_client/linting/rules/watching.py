"""Callbacks that watch a metric, and never act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..facts import Facts
from ..facts.reading import finite, mapping, text, whole
from ..rule import Hit, rule

_WATCHING = ("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint")
# Callbacks that log nothing of their own.
_SILENT = (
    *_WATCHING,
    "TensorBoard",
    "CSVLogger",
    "TerminateOnNaN",
    "BackupAndRestore",
    "LearningRateScheduler",
    "SwapEMAWeights",
)


def _watching(facts: Facts) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """``(class, metric, settings)`` of each callback that watches."""
    for name, settings in facts.callbacks.items():
        kind, known = name.partition("_")[0], mapping(settings)
        # ModelCheckpoint watches only to keep the best.
        is_idle = kind == "ModelCheckpoint" and known.get("save_best_only") is not True
        monitor = text(known.get("monitor"))
        if kind in _WATCHING and monitor is not None and not is_idle:
            yield kind, monitor, known


def _others_may_log(facts: Facts) -> bool:
    return not facts.is_plain or any(
        name.partition("_")[0] not in _SILENT for name in facts.callbacks
    )


@rule(
    "CALL01",
    "warn",
    title="a callback that waits for a validation",
    why="Without validation there are no val_ metrics: the callback warns in the log and never "
    "stops, saves or lowers anything.",
    source="Keras docs, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau: monitor",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, callbacks=[keras.callbacks.EarlyStopping()])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, callbacks=[keras.callbacks.EarlyStopping(monitor="loss")])
""",
)
def waits_for_validation(facts: Facts) -> Iterator[Hit]:
    """A callback that watches a metric of validation in a fit without any."""
    if facts.validates is not False or _others_may_log(facts):
        return
    for kind, monitor, _ in _watching(facts):
        if monitor.startswith("val_"):
            yield Hit(
                f"{kind} watches {monitor}, and fit validates on nothing",
                "fit(…, validation_split=0.2), or "
                f'{kind}(monitor="{monitor.removeprefix("val_")}")',
                {"argument": "callbacks", "metric": monitor},
                {"callback": kind, "monitor": monitor},
            )


@rule(
    "CALL02",
    "warn",
    title="a callback that watches a metric by another name",
    why="A metric is logged by the name it was given in compile. What watches another name never "
    "acts.",
    source="Keras docs, EarlyStopping: monitor",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(monitor="val_acc")
model.fit(x, yes_or_no, validation_split=0.2, callbacks=[stopping])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(monitor="val_accuracy")
model.fit(x, yes_or_no, validation_split=0.2, callbacks=[stopping])
""",
)
def other_name(facts: Facts) -> Iterator[Hit]:
    """`acc` where there is `accuracy`, or the other way round."""
    if len(facts.heads) != 1 or _others_may_log(facts):
        return
    names = facts.heads[0].metrics
    for kind, monitor, _ in _watching(facts):
        name = monitor.removeprefix("val_")
        meant = {"acc": "accuracy", "accuracy": "acc"}.get(name)
        if meant in names and name not in names:
            prefix = "val_" if monitor.startswith("val_") else ""
            yield Hit(
                f"{kind} watches {monitor}, the metric is called {prefix}{meant}",
                f'{kind}(monitor="{prefix}{meant}")',
                {"argument": "callbacks", "metric": monitor},
                {"callback": kind, "monitor": monitor, "metrics": list(names)},
            )


@rule(
    "CALL03",
    "warn",
    title="a callback that takes worse for better",
    why="With the wrong mode training stops, or the model is saved, when it is worst.",
    source="Keras docs, EarlyStopping, ModelCheckpoint: mode",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="min")
model.fit(x, yes_or_no, validation_split=0.2, callbacks=[stopping])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max")
model.fit(x, yes_or_no, validation_split=0.2, callbacks=[stopping])
""",
)
def wrong_way(facts: Facts) -> Iterator[Hit]:
    """`mode="min"` for an accuracy, `mode="max"` for a loss or an error."""
    for kind, monitor, settings in _watching(facts):
        mode, name = settings.get("mode"), monitor.removeprefix("val_")
        is_good = name in ("acc", "auc", "precision", "recall") or name.endswith("accuracy")
        is_bad = name in ("mae", "mse") or name.endswith(("loss", "_error"))
        if (mode == "min" and is_good) or (mode == "max" and is_bad and facts.is_plain):
            yield Hit(
                f'{kind} watches {monitor} with mode="{mode}"',
                f'{kind}(monitor="{monitor}", mode="{"max" if is_good else "min"}")',
                {"argument": "callbacks", "metric": monitor},
                {"callback": kind, "monitor": monitor, "mode": mode},
            )


@rule(
    "CALL04",
    "info",
    title="a patience that never runs out",
    why="With as many epochs of patience as the training has, nothing can happen.",
    source="Keras docs, EarlyStopping, ReduceLROnPlateau: patience",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
stopping = keras.callbacks.EarlyStopping(monitor="loss", patience=20)
model.fit(x, y, epochs=10, callbacks=[stopping])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
stopping = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
model.fit(x, y, epochs=10, callbacks=[stopping])
""",
)
def endless_patience(facts: Facts) -> Iterator[Hit]:
    """A callback whose patience is as long as the training, or as that of early stopping."""
    epochs = whole(facts.fit.get("epochs"))
    stopping = finite(mapping(facts.callbacks, "EarlyStopping").get("patience"))
    for kind, monitor, settings in _watching(facts):
        patience = finite(settings.get("patience"))
        if patience is None or kind == "ModelCheckpoint":
            continue
        limits = {"epochs": epochs}
        if kind == "ReduceLROnPlateau":
            limits["early_stopping"] = None if stopping is None else int(stopping)
        for limit, length in limits.items():
            if length is not None and patience >= length:
                yield Hit(
                    f"{kind} has a patience of {patience:g}, {limit.replace('_', ' ')} {length}",
                    f"{kind}(patience={max(length // 4, 1)})",
                    {"argument": "callbacks", "metric": monitor},
                    {"callback": kind, "patience": patience, limit: length},
                )
                break


@rule(
    "CALL05",
    "info",
    title="early stopping that keeps the last weights",
    why="When it stops, the best epoch is `patience` epochs past. Without restore_best_weights "
    "the model is left as it was at the end.",
    source="Keras docs, EarlyStopping: restore_best_weights",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
stopping = keras.callbacks.EarlyStopping(patience=3)
model.fit(x, y, epochs=10, validation_split=0.2, callbacks=[stopping])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
stopping = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
model.fit(x, y, epochs=10, validation_split=0.2, callbacks=[stopping])
""",
)
def last_weights(facts: Facts) -> Iterator[Hit]:
    """Early stopping without restoring, and no checkpoint of the best model."""
    keeps_best = any(kind == "ModelCheckpoint" for kind, _, _ in _watching(facts))
    for kind, monitor, settings in _watching(facts):
        patience = finite(settings.get("patience"))
        is_last = settings.get("restore_best_weights") is False
        if kind == "EarlyStopping" and is_last and patience and not keeps_best:
            yield Hit(
                f"EarlyStopping waits {patience:g} epochs past the best one, and keeps the last",
                "EarlyStopping(…, restore_best_weights=True)",
                {"argument": "callbacks", "metric": monitor},
                {"patience": patience, "restore_best_weights": False},
            )
