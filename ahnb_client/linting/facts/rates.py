"""The learning rate over a training, as far as settings tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .reading import Json, listing, mapping, number, text, whole

# Callbacks of Keras that leave the learning rate as it is, or only make it smaller.
_HARMLESS = (
    "EarlyStopping",
    "ModelCheckpoint",
    "TensorBoard",
    "CSVLogger",
    "TerminateOnNaN",
    "BackupAndRestore",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
)


_LOW = 1e-3


@dataclass(frozen=True)
class Rate:
    """The learning rate.

    Attributes:
        peak: the highest one; None if unknown.
        schedule: the class of its schedule; None where it is a number.
        is_told: nothing else is known to change it: no callback, no schedule of one's own.
        ends_after: the update after which it is nearly zero for good, where that is known.
    """

    peak: float | None
    schedule: str | None
    is_told: bool
    ends_after: int | None = None


def rate_of(optimizer: Mapping[str, Json], callbacks: Mapping[str, Json]) -> Rate:
    """The learning rate of an optimizer's settings, with the callbacks beside it."""
    first = number(optimizer.get("learning_rate"))
    schedule = mapping(optimizer, "schedule")
    is_left = all(name.partition("_")[0] in _HARMLESS for name in callbacks)
    if not schedule:
        return Rate(first, None, is_left and not _may_hide(optimizer, first))
    kind, config = text(schedule.get("class_name")) or "?", mapping(schedule, "config")
    peak = _peak(kind, config)
    if peak is None:
        return Rate(None, kind, False)
    return Rate(peak, kind, is_left, _end(kind, config, peak))


def _may_hide(optimizer: Mapping[str, Json], first: float | None) -> bool:
    """Whether a low first rate may be that of a schedule: one that Keras cannot serialize takes
    all other settings with it.
    """
    settings = set(optimizer) - {"name", "class_name", "learning_rate", "loss_scaling"}
    return not settings and first is not None and first < _LOW


def _peak(kind: str, config: Mapping[str, Json]) -> float | None:
    """The highest rate of a schedule of Keras; None of any other."""
    first = number(config.get("initial_learning_rate"))
    if kind == "PiecewiseConstantDecay":
        values = [number(value) for value in listing(config.get("values"))]
        known = [value for value in values if value is not None]
        return max(known, default=None)
    if kind == "CosineDecay" and number(config.get("warmup_target")) is not None:
        return number(config.get("warmup_target"))
    known_kinds = ("CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay")
    return first if kind in (*known_kinds, "PolynomialDecay") else None


def _end(kind: str, config: Mapping[str, Json], peak: float) -> int | None:
    """The update from which the rate stays below a thousandth of its peak."""
    steps = whole(config.get("decay_steps"))
    if steps is None or peak <= 0:
        return None
    if kind == "CosineDecay":
        low = number(config.get("alpha")) or 0.0
        return steps + (whole(config.get("warmup_steps")) or 0) if low < 1e-3 else None
    if kind == "PolynomialDecay" and config.get("cycle") is not True:
        low = number(config.get("end_learning_rate")) or 0.0
        return steps if low < 1e-3 * peak else None
    return None
