"""What was logged over the training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .reading import Json, listing, number, whole


@dataclass(frozen=True)
class Curve:
    """One metric: `values[i]` was logged at `steps[i]` (an epoch or a batch), in their order."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]

    @classmethod
    def read(cls, name: str, found: Mapping[str, Json]) -> Curve:
        """The curve of ``{"steps": […], "values": […]}``; "NaN" and "Infinity" may be text."""
        pairs = [
            (step, value)
            for step, value in zip(
                map(whole, listing(found.get("steps"))),
                map(_value, listing(found.get("values"))),
                strict=False,
            )
            if step is not None and value is not None
        ]
        return cls(name, tuple(step for step, _ in pairs), tuple(value for _, value in pairs))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_finite(self) -> bool:
        """Whether all of its values are finite."""
        return all(map(math.isfinite, self.values))

    @property
    def last(self) -> float:
        """The value of the last step; NaN of an empty curve."""
        return self.values[-1] if self.values else math.nan


def _value(value: Json) -> float | None:
    spelled = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    return spelled.get(value) if isinstance(value, str) else number(value)
