"""Blocks beside other threads: one comes in at each line of what the journal does."""

import contextlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ahnb_client import record
from ahnb_client.series import Series
from ahnb_client.transport.block import Block
from ahnb_client.transport.journal import START, Journal, Position
from ahnb_client.transport.reader import Reader

from .spools import fail
from .test_block import NAMES, begun, store


def at_moment(number: int, intrude: Callable[[], object], look: Callable[[], object]) -> bool:
    """Do `look`, and `intrude` at one of its lines as another thread might; whether it has one."""
    moments = itertools.count()

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Any:
        if next(moments) == number:
            sys.settrace(None)
            intrude()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        look()
    finally:
        sys.settrace(before)
    return next(moments) > number


def read_on(journal: Journal, reader: Reader, position: Position, steps: list[int]) -> Position:
    """Add the steps of the two-metric series that come after `position`."""
    for place, payload in reader.records(position):
        position = place
        if len(payload) == record.point_struct(len(NAMES)).size:
            steps.append(record.POINT_HEAD.unpack_from(payload)[4])
    return position


def store_or_append(series: Series, block: Block, index: int) -> None:
    """What a hook does after `begun`."""
    try:
        store(block, index)
    except ValueError:
        series.append(index + 1, [0.5, 0.5])


def steps_read_around(folder: Path, number: int, *, is_out_of_order: bool) -> list[int] | None:
    """What a reader finds that is disturbed at a moment of its reading; None without such one."""
    journal = Journal(folder)
    beside = Series(journal, ("beside",), "step", fail)
    beside.append(0, [0.5])
    series, block = begun(journal)
    reader, steps, position = Reader(journal), list[int](), START

    def intrude() -> None:
        if is_out_of_order:
            store_or_append(series, block, 1)
        else:
            beside.append(1, [0.5])  # takes no lock

    def read() -> None:
        nonlocal position
        position = read_on(journal, reader, position, steps)

    was_disturbed = at_moment(number, intrude, read)
    store_or_append(series, block, 0)
    journal.close()
    read_on(journal, reader, position, steps)
    return steps if was_disturbed else None


@pytest.mark.parametrize("is_out_of_order", [True, False])
def test_no_moment_of_reading_loses_a_point_to_another_thread(
    tmp_path: Path, is_out_of_order: bool
) -> None:
    expected = [0, 1, 2] if is_out_of_order else [0, 1]
    for number in itertools.count():
        folder = tmp_path / str(number)
        folder.mkdir()
        steps = steps_read_around(folder, number, is_out_of_order=is_out_of_order)
        if steps is None:
            break
        assert sorted(steps) == expected, number
    assert number > 20


def test_a_journal_that_is_closed_has_no_room_but_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, _ = begun(journal)
    journal.close()
    assert series.reserve(2, 10) is None


def reserve_around(folder: Path, number: int, taken: list[Block | None]) -> bool:
    """Reserve the rest of a segment while another thread writes; whether there is such a moment."""
    journal = Journal(folder)
    definition = journal.define("step", NAMES)
    point = record.loose_struct(len(NAMES)).pack(record.loose_start(2, 0, 1), 0, 0.5, 0.5, 1.5e9)
    journal.append(point, definition)
    write, _ = journal.writer(definition)

    def intrude() -> None:
        with contextlib.suppress(ValueError):  # the block was quicker
            write(point)

    def reserve() -> None:
        taken.append(journal.reserve(definition, len(NAMES), 1, 1_000_000))

    was_disturbed = at_moment(number, intrude, reserve)
    journal.close()
    return was_disturbed


def test_room_that_another_thread_takes_first_is_no_error(tmp_path: Path) -> None:
    taken: list[Block | None] = []
    for number in itertools.count():
        folder = tmp_path / str(number)
        folder.mkdir()
        if not reserve_around(folder, number, taken):
            break
    assert None in taken
    assert taken[0] is not None
    assert taken[-1] is not None
