"""What a query says, as a tree of conditions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as part_of
from typing import Any

from .fields import Field

Scalar = float | str


@dataclass(frozen=True)
class Comparison:
    """One field beside one value (for `in` several, for `is missing` none).

    `places` says where each value stands in the text; it is no part of what is asked.
    """

    field: Field
    operator: str
    values: tuple[Scalar, ...] = ()
    places: tuple[int, ...] = part_of(default=(), compare=False)

    @property
    def placed(self) -> list[tuple[Scalar, Field]]:
        """Each value with the field as if it stood there, so that a fault points at the value."""
        places = self.places or (self.field.position,) * len(self.values)
        return [
            (value, replace(self.field, position=place))
            for value, place in zip(self.values, places, strict=True)
        ]


@dataclass(frozen=True)
class Not:
    """What its part does not match."""

    part: Any


@dataclass(frozen=True)
class Every:
    """What all parts match."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Some:
    """What at least one part matches."""

    parts: tuple[Any, ...]


Condition = Comparison | Not | Every | Some


def fields_of(condition: Condition) -> Iterator[Field]:
    """The fields of all comparisons, in their order."""
    if isinstance(condition, Comparison):
        yield condition.field
        return
    for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
        yield from fields_of(part)
