"""Training and validation that do not go the same way."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Curve, Facts
from ..facts.reading import mapping, whole
from ..rule import Hit, rule
from ..training import ACCURACIES, callback, loss_curve
from ..trends import slope, spread
from .words import short

_EPOCHS = 5  # since the best one
_GAP, _WIDE_GAP = 1.1, 1.5
_POINTS = 0.05
_NOISY = ("Dropout", "Noise", "Random", "ActivityRegularization", "StochasticDepth", "Mix", "Aug")


@rule(
    "D06",
    "warn",
    title="the validation gets worse while the training gets better",
    why="The model learns its training data by heart; what it predicts for other data gets worse.",
    source="Prechelt, Early Stopping - But When? (1998)",
    dynamic=True,
    mend="keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True), more data, "
    "Dropout or a smaller model.",
)
def by_heart(facts: Facts) -> Iterator[Hit]:
    """Since the best epoch the validation loss rises, clearly above its noise."""
    train, validation = loss_curve(facts), facts.curve("val_loss")
    if train is None or validation is None or not validation.is_finite:
        return
    best = min(range(len(validation)), key=validation.values.__getitem__)
    steps, values = validation.steps[best:], validation.values[best:]
    if len(values) <= _EPOCHS or values[0] <= 0 or _is_stopped(facts) or _still_improves(facts):
        return
    if min(values[-3:]) <= _GAP * values[0]:
        return
    is_learning = slope(train.steps[-len(values) :], train.values[-len(values) :]) < 0
    rise = slope(steps, values) * (steps[-1] - steps[0])
    if is_learning and rise > 3 * spread(steps, values):
        yield Hit(
            f"val_loss rose from {short(values[0])} in epoch {steps[0]} to {short(values[-1])} "
            f"in epoch {steps[-1]}, loss fell to {short(train.last)}",
            "keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True), more data, "
            "Dropout or a smaller model",
            {"metric": "val_loss", "epoch": steps[0]},
            {"best": values[0], "last": values[-1], "best_epoch": steps[0], "rise": rise},
            "warn" if min(values[-3:]) > _WIDE_GAP * values[0] else "info",
        )


def _is_stopped(facts: Facts) -> bool:
    """Whether the person has already seen to it that the best weights are kept."""
    checkpoint = callback(facts, "ModelCheckpoint") or {}
    return "EarlyStopping" in facts.callbacks or checkpoint.get("save_best_only") is True


def _still_improves(facts: Facts) -> bool:
    """Whether the validation's accuracy is the best one of late: only its certainty is too high."""
    for name in ACCURACIES:
        curve = facts.curve(f"val_{name}")
        if curve is not None and max(curve.values[-3:]) >= max(curve.values):
            return True
    return False


@rule(
    "D07",
    "warn",
    title="the validation is better than the training",
    why="Without dropout or augmentation a model is at least as good on the data that it learned "
    "from. A validation that is better by far is easier, or holds rows of the training.",
    source="Kaufman et al., Leakage in Data Mining (2012)",
    dynamic=True,
    mend="Look for rows that are in both parts, and split at random before any are repeated.",
)
def too_good(facts: Facts) -> Iterator[Hit]:
    """Accuracy of the validation 5 points above that of the training, for 5 epochs."""
    if loss_curve(facts) is None or _is_disturbed(facts):
        return
    rows = whole(mapping(facts.data, "validation").get("samples"))
    for name in ACCURACIES:
        pair = facts.curve(name), facts.curve(f"val_{name}")
        if pair[0] is not None and pair[1] is not None and rows:
            yield from _compared(*pair, rows)  # type: ignore[arg-type]


def _compared(train: Curve, validation: Curve, rows: int) -> Iterator[Hit]:
    # Keras' mean over an epoch lags behind by half of one: while it rises, it tells nothing.
    if len(train) != len(validation) or len(train) < 2 * _EPOCHS:
        return
    pairs = list(zip(train.values, validation.values, strict=True))[-_EPOCHS:]
    gap = min(after - before for before, after in pairs)
    growth = max(train.values[-_EPOCHS:]) - min(train.values[-_EPOCHS:])
    share = min(max(pairs[-1][1], 0.01), 0.99)
    error = (share * (1 - share) / rows) ** 0.5
    if gap > max(_POINTS, 3 * error, 2 * growth):
        yield Hit(
            f"{validation.name} was above {train.name} by {gap:.1%} and more in the last "
            f"{_EPOCHS} epochs",
            "look for rows that are in both, and split at random before any are repeated",
            {"metric": validation.name},
            {"gap": gap, "standard_error": error, "rows": rows},
        )


def _is_disturbed(facts: Facts) -> bool:
    """Whether training is made harder than validation, or may be, by what nobody sees."""
    if any(layer.own or any(word in layer.kind for word in _NOISY) for layer in facts.layers):
        return True
    inputs = list(facts.inputs)
    is_hidden = not inputs or any(one.raw for one in inputs)
    recurrent = any(
        layer.settings.get("dropout") or layer.settings.get("recurrent_dropout")
        for layer in facts.layers
    )
    return is_hidden or recurrent or not facts.layers
