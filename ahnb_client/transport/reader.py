"""Reading a spool from a position on, one record after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .. import record
from .journal import Position

Definitions = dict[int, tuple[str, tuple[str, ...]]]
MAX_RUN = 256


class Source(Protocol):
    """Segments to read: a `Journal` that is written to, or the `LeftSegments` of a dead one."""

    closed: bool

    def end(self) -> Position: ...
    def numbers(self) -> list[int]: ...
    def read(self, number: int, start: int) -> bytes: ...
    def discard_before(self, number: int) -> None: ...
    def take_losses(self) -> dict[str, int]: ...
    def retire(self, _position: Position, /) -> bool: ...
    def detach(self) -> bool: ...
    def abandon(self) -> None: ...
    def prepare(self) -> None: ...
    def sync(self) -> None: ...


@dataclass(frozen=True)
class Piece:
    """A record, or up to 256 loose points of one series that lie one behind another."""

    first: Position  # where the first record ends
    size: int  # from one record to the next
    count: int
    data: bytes  # the payload of a single record, whole frames of several

    def end(self, count: int) -> Position:
        """The place after so many of its records."""
        return Position(self.first.segment, self.first.offset + self.size * (count - 1))

    def payload(self, index: int) -> bytes:
        """Of one of its records."""
        if self.count == 1:
            return self.data
        start = self.size * index + record.HEADER.size
        return self.data[start : self.size * (index + 1)]


class Reader:
    """Goes through a source; knows the series that its present segment defines."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._segment = -1
        self._definitions: Definitions = {}

    def pieces(self, position: Position) -> Iterator[Piece]:
        """Each record after `position`, alike ones together; definitions are kept back."""
        for number in self._source.numbers():
            if number >= position.segment:
                start = position.offset if number == position.segment else 0
                yield from self._pieces_of(number, start)

    def records(self, position: Position) -> Iterator[tuple[Position, bytes]]:
        """Each record after `position`, with the position after it."""
        for piece in self.pieces(position):
            for index in range(piece.count):
                yield piece.end(index + 1), piece.payload(index)

    def definition(self, series: int) -> tuple[str, tuple[str, ...]] | None:
        """Unit and names of a series; None if its definition was damaged."""
        return self._definitions.get(series)

    def _pieces_of(self, number: int, start: int) -> Iterator[Piece]:
        if number != self._segment:
            self._segment, self._definitions = number, {}
            if start:
                self._define(self._source.read(number, 0)[:start])
        data, offset = self._source.read(number, start), 0
        while True:
            count = record.loose_run(data, offset, MAX_RUN)
            if count > 1:
                size = record.loose_size(data[offset : offset + record.HEADER.size])
                end = offset + count * size
                first = Position(number, start + offset + size)
                yield Piece(first, size, count, data[offset:end])
            else:
                end, payload = next(record.frames(data, offset), (0, b""))
                if not payload:
                    return
                if payload[0] == record.SERIES:
                    self._add(payload)
                else:
                    yield Piece(Position(number, start + end), 0, 1, payload)
            offset = end

    def _define(self, data: bytes) -> None:
        for _, payload in record.frames(data):
            if payload[0] == record.SERIES:
                self._add(payload)

    def _add(self, payload: bytes) -> None:
        number, unit, names = record.unpack_series(payload)
        self._definitions[number] = unit, names
