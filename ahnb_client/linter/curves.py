"""Curves as rules read them, kept small however long a training takes."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ahnb_client.record import MISSING, to_float
from ahnb_client.transport.block import Block

FIRST_BATCHES = 20
MAX_POINTS = 500
MAX_NAMES = 200
_FIRST = 20  # points that are never thinned out
_GROUP = 4


class CurvePoints:
    """The points of one metric; of many the extremes, and all that are not finite."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.values: list[float] = []

    def add(self, step: int, value: float) -> None:
        """Take one more point; of more than 500, half are given up."""
        self.steps.append(step)
        self.values.append(value)
        if len(self.steps) > MAX_POINTS:
            kept = _extremes(self.values)
            self.steps = [self.steps[at] for at in kept]
            self.values = [self.values[at] for at in kept]

    def document(self) -> dict[str, Any]:
        """Return ``{steps, values}``."""
        return {"steps": self.steps, "values": self.values}


def _extremes(values: Sequence[float]) -> list[int]:
    """The places of the first points, of the extremes of each four others, and of the last."""
    kept = set(range(_FIRST)) | {len(values) - 1}
    for start in range(_FIRST, len(values), _GROUP):
        group = range(start, min(start + _GROUP, len(values)))
        finite = [at for at in group if math.isfinite(values[at])]
        kept |= set(group) - set(finite)
        if finite:
            kept |= {min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)}
    return sorted(kept)


class Curves:
    """All metrics of a training by epoch, and those of its first batches."""

    def __init__(self) -> None:
        self._epochs: dict[str, CurvePoints] = {}
        self._batches: dict[str, CurvePoints] = {}
        self._batches_seen = 0

    def document(self) -> dict[str, dict[str, Any]]:
        """Return ``{epoch, batch}``, both by name."""
        return {
            "epoch": {name: one.document() for name, one in self._epochs.items()},
            "batch": {name: one.document() for name, one in self._batches.items()},
        }

    def add_epoch(self, epoch: int, metrics: Mapping[str, Any]) -> bool:
        """Take the metrics of an epoch; gives whether all of them are finite."""
        return _add(self._epochs, epoch, metrics)

    def add_batch(self, step: int, metrics: Mapping[str, Any]) -> bool:
        """Take the metrics after a batch if it is one of the first, or one of them not finite."""
        values = {name: to_float(value) for name, value in metrics.items()}
        is_sound = all(map(math.isfinite, values.values()))
        self._batches_seen += 1
        if self._batches_seen <= FIRST_BATCHES or not is_sound:
            _add(self._batches, step, values)
        return is_sound

    def add_block(self, block: Block, first: int, names: Sequence[str]) -> None:
        """Take the first batches of a block, and the first one that is not finite.

        `first` is the step of its first point, `names` the metrics of a point.
        """
        with contextlib.suppress(ValueError):  # a forked child let go of it
            self._add_block(block, first, names)

    def _add_block(self, block: Block, first: int, names: Sequence[str]) -> None:
        count, _ = block.count()
        room = max(FIRST_BATCHES - self._batches_seen, 0)
        wanted = list(range(min(count, room)))
        if count > len(wanted) and not math.isfinite(sum(block.point(count - 1, len(names)))):
            wanted += _first_odd(block, count, len(names))
        for at in wanted:
            values = zip(names, block.point(at, len(names)), strict=True)
            _add(self._batches, first + at, dict(values))
        self._batches_seen += count


def _first_odd(block: Block, count: int, width: int) -> list[int]:
    """The first point that is not finite: Keras' means stay so until the epoch ends."""
    odd = (at for at in range(count) if not math.isfinite(sum(block.point(at, width))))
    return [next(odd)]


def _add(curves: dict[str, CurvePoints], step: int, metrics: Mapping[str, Any]) -> bool:
    is_sound = True
    for name, value in metrics.items():
        number = to_float(value)
        if number is MISSING:
            continue
        is_sound = is_sound and math.isfinite(number)
        if name in curves or len(curves) < MAX_NAMES:
            curves.setdefault(name, CurvePoints()).add(step, number)
    return is_sound
