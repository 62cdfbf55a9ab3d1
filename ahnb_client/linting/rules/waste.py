"""Epochs that brought nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Curve, Facts
from ..facts.reading import listing, number, text
from ..rule import Hit, rule
from ..training import callback, loss_curve
from .words import short

_LEAST_RATE = 1e-8
_EPOCHS = 10
_LATE = 3


@rule(
    "D12",
    "warn",
    title="the learning rate is next to nothing",
    why="Steps so short change no weight: in float32 they are lost in rounding.",
    source="Keras docs, ReduceLROnPlateau: min_lr",
    dynamic=True,
    mend="keras.callbacks.EarlyStopping beside it, or ReduceLROnPlateau(…, min_lr=1e-6).",
)
def no_steps(facts: Facts) -> Iterator[Hit]:
    """Below 1e-8 for three epochs and more, brought there by ReduceLROnPlateau."""
    rates = facts.curve("learning_rate")
    if rates is None or callback(facts, "ReduceLROnPlateau") is None:
        return
    small = [value for value in rates.values if value < _LEAST_RATE]
    if len(small) >= _LATE and rates.last < _LEAST_RATE:
        yield Hit(
            f"ReduceLROnPlateau brought the learning rate to {short(rates.last)}; "
            f"{len(small)} epochs were trained with it",
            "keras.callbacks.EarlyStopping(…), or ReduceLROnPlateau(…, min_lr=1e-6)",
            {"metric": "learning_rate"},
            {"learning_rate": rates.last, "epochs": len(small)},
        )


@rule(
    "D20",
    "info",
    title="the first epoch was the best",
    why="A training that was stopped because nothing became better after its first epoch has "
    "learned too fast, or monitors what does not improve.",
    source="Keras docs, EarlyStopping",
    dynamic=True,
    mend="Try a lower learning rate, and check that monitor and mode of EarlyStopping are meant.",
)
def first_was_best(facts: Facts) -> Iterator[Hit]:
    """EarlyStopping ended a fit whose first epoch was the best one."""
    settings = callback(facts, "EarlyStopping")
    if settings is None or facts.run.get("status") != "finished":
        return
    curve = facts.curve(text(settings.get("monitor")) or "val_loss")
    epochs = number(facts.fit.get("epochs"))
    if curve is None or epochs is None or not 2 < len(curve) < epochs or not curve.is_finite:
        return
    best = max if _is_better_higher(curve) else min
    if best(curve.values) == curve.values[0]:
        yield Hit(
            f"EarlyStopping ended the fit after {len(curve)} epochs: {curve.name} was never "
            f"better than {short(curve.values[0])} in the first",
            "try a lower learning rate; check that monitor and mode of EarlyStopping are meant",
            {"metric": curve.name},
            {"best": curve.values[0], "last": curve.last, "epochs": len(curve)},
        )


def _is_better_higher(curve: Curve) -> bool:
    return any(word in curve.name for word in ("acc", "auc", "precision", "recall", "f1", "iou"))


@rule(
    "WASTE01",
    "info",
    title="most epochs came after the best one",
    why="Nothing that was trained after the best epoch is of use, unless the last one is meant.",
    source="Prechelt, Early Stopping - But When? (1998)",
    dynamic=True,
    mend="keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True).",
)
def after_the_best(facts: Facts) -> Iterator[Hit]:
    """More than half of an ended training, and ten epochs at least, after the least val_loss."""
    curve = facts.curve("val_loss") if loss_curve(facts) is not None else None
    is_over = facts.run.get("status") not in (None, "running")
    if curve is None or not is_over or not curve.is_finite or "EarlyStopping" in facts.callbacks:
        return
    best = min(range(len(curve)), key=curve.values.__getitem__)
    late = curve.steps[-1] - curve.steps[best]
    if late >= _EPOCHS and late > (curve.steps[-1] - curve.steps[0]) / 2:
        times = map(number, listing(facts.run.get("epoch_seconds")))
        seconds = sum(one or 0.0 for one in list(times)[best + 1 :])
        told = f" ({seconds:.0f} s)" if seconds >= 1 else ""
        yield Hit(
            f"{late} of {curve.steps[-1] - curve.steps[0] + 1} epochs{told} came after the best "
            f"val_loss, {short(curve.values[best])} in epoch {curve.steps[best]}",
            "keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)",
            {"metric": "val_loss", "epoch": curve.steps[best]},
            {"best_epoch": curve.steps[best], "epochs_after": late, "seconds_after": seconds},
        )
