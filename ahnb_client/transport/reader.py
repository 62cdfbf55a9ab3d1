"""Reading a spool from a position on, one record after another."""

from collections.abc import Iterator
from typing import Protocol

from .. import record
from .journal import Position

Definitions = dict[int, tuple[str, tuple[str, ...]]]


class Source(Protocol):
    """Segments to read: a `Journal` that is written to, or the `LeftSegments` of a dead one."""

    closed: bool

    def numbers(self) -> list[int]: ...
    def read(self, number: int, start: int) -> bytes: ...
    def discard_before(self, number: int) -> None: ...
    def take_losses(self) -> dict[str, int]: ...
    def retire(self, _position: Position, /) -> bool: ...
    def detach(self) -> bool: ...
    def abandon(self) -> None: ...
    def prepare(self) -> None: ...
    def sync(self) -> None: ...


class Reader:
    """Goes through a source; knows the series that its present segment defines."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._segment = -1
        self._definitions: Definitions = {}

    def records(self, position: Position) -> Iterator[tuple[Position, bytes]]:
        """Each record after `position`, with the position after it; definitions are kept back."""
        for number in self._source.numbers():
            if number >= position.segment:
                start = position.offset if number == position.segment else 0
                yield from self._records_of(number, start)

    def definition(self, series: int) -> tuple[str, tuple[str, ...]] | None:
        """Unit and names of a series; None if its definition was damaged."""
        return self._definitions.get(series)

    def _records_of(self, number: int, start: int) -> Iterator[tuple[Position, bytes]]:
        if number != self._segment:
            self._segment, self._definitions = number, {}
            if start:
                self._define(self._source.read(number, 0)[:start])
        for offset, payload in record.frames(self._source.read(number, start)):
            if payload[0] == record.SERIES:
                self._add(payload)
            else:
                yield Position(number, start + offset), payload

    def _define(self, data: bytes) -> None:
        for _, payload in record.frames(data):
            if payload[0] == record.SERIES:
                self._add(payload)

    def _add(self, payload: bytes) -> None:
        number, unit, names = record.unpack_series(payload)
        self._definitions[number] = unit, names
