"""Blocks: points that a hook stores by itself are read once, whoever comes in between."""

import os
import threading
import time
from pathlib import Path

from ahnb_client import record
from ahnb_client.linter.curves import Curves
from ahnb_client.series import Series
from ahnb_client.transport.block import Block
from ahnb_client.transport.journal import START, Journal
from ahnb_client.transport.reader import Reader
from ahnb_client.transport.spool import LeftSegments
from ahnb_client.transport.thinning import thinned

from .spools import add_event, fail
from .test_journal import steps_in

NAMES = ("loss", "accuracy")


def store(block: Block, index: int, value: float = 0.5) -> None:
    """What a quick hook does."""
    place = index * block.words + block.first_value
    for offset in range(len(NAMES)):
        block.values[place + offset] = value
    block.values[place + len(NAMES)] = time.time()


def begun(journal: Journal, points: int = 10) -> tuple[Series, Block]:
    """A series with its first point, and a block for those that follow."""
    series = Series(journal, NAMES, "step", fail)
    series.append(0, [0.5] * len(NAMES))
    block = series.reserve(1, points)
    assert block is not None
    return series, block


def refuses(block: Block, index: int) -> bool:
    try:
        store(block, index)
    except ValueError:
        return True
    return False


def test_each_point_is_read_as_soon_as_it_is_stored(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    _, block = begun(journal)
    reader, position, read = Reader(journal), START, []
    for index in range(10):
        store(block, index, index / 7)
        new = list(reader.records(position))
        read += [record.POINT_HEAD.unpack_from(payload)[4] for _, payload in new]
        position = new[-1][0]
        assert read == list(range(index + 2))
        assert position == journal.end()


def test_a_stored_point_is_the_same_bytes_as_an_appended_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal, 1)
    block.values[block.first_value : block.first_value + 2] = memoryview(
        bytearray(b"\0" * 16)
    ).cast("d")
    block.values[block.first_value + 2] = 1.5e9
    series.append(1, [0.0, 0.0], time=1.5e9)
    _, stored, appended = [payload for _, payload in Reader(journal).records(START)]
    assert stored == appended


def test_points_can_be_looked_at_after_a_reader_closed_the_block(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal)
    for index in range(4):
        store(block, index, index / 7)
    before = [block.point(index, len(NAMES)) for index in range(4)]
    series.append(11, [0.5] * len(NAMES))
    assert len(steps_in(journal)) == 6
    assert refuses(block, 4)
    assert (
        [block.point(index, len(NAMES)) for index in range(4)]
        == before
        == [[index / 7] * len(NAMES) for index in range(4)]
    )


def test_the_linter_sees_what_came_before_a_reader_closed_the_block(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal)
    for index in range(4):
        store(block, index, index / 7)
    series.append(11, [0.5] * len(NAMES))
    steps_in(journal)
    curves = Curves()
    curves.add_block(block, 1, NAMES)
    loss = curves.document()["batch"]["loss"]
    assert loss == {"steps": [1, 2, 3, 4], "values": [index / 7 for index in range(4)]}


def test_of_a_block_that_a_fork_let_go_nothing_is_seen(tmp_path: Path) -> None:
    _, block = begun(Journal(tmp_path))
    store(block, 0)
    block.let_go()
    curves = Curves()
    curves.add_block(block, 1, NAMES)
    assert curves.document()["batch"] == {}


def test_what_lies_behind_a_block_is_read_and_closes_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal)
    store(block, 0)
    add_event(journal, "note", "in between")
    store(block, 1)  # nobody has read yet
    kinds = [payload[0] for _, payload in Reader(journal).records(START)]
    assert kinds == [record.POINT] * 3 + [record.EVENT]
    assert refuses(block, 2)
    series.append(3, [0.5, 0.5])
    assert steps_in(journal) == [0, 1, 2, 3]


def test_a_point_that_is_missing_holds_nothing_up(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    _, block = begun(journal)
    store(block, 0)
    store(block, 2)
    assert steps_in(journal) == [0, 1, 3]
    assert refuses(block, 1)


def test_a_new_block_a_new_segment_and_the_end_close_a_block(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, first = begun(journal)
    second = series.reserve(11, 10)
    assert second is not None
    store(second, 0)
    journal.begin_attempt(1)
    series.append(12, [0.5, 0.5])
    third = series.reserve(13, 10)
    assert third is not None
    journal.close()
    assert [refuses(block, 5) for block in (first, second, third)] == [True] * 3
    assert steps_in(journal) == [0, 11, 12]
    (segment,) = [path.read_bytes() for path in sorted(tmp_path.glob("*1.seg"))]
    assert not any(record.seals(segment))


def test_a_block_is_no_larger_than_its_segment(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal, 1_000_000)
    count = (block.end - block.start) // 8 // block.words
    assert 10_000 < count < 1_000_000
    for index in range(count):
        store(block, index)
    assert series.reserve(count + 1, 1) is None
    series.append(count + 1, [0.5, 0.5])
    assert steps_in(journal) == list(range(count + 2))


def test_after_a_kill_exactly_the_stored_points_are_there(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        journal = Journal(tmp_path)
        _, block = begun(journal)
        for index in range(4):
            store(block, index)
        place = 4 * block.words + block.first_value
        block.values[place] = 0.25  # killed in the middle of a point
        add_event(journal, "note", "behind it")
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    payloads = [payload for _, payload in Reader(LeftSegments(tmp_path)).records(START)]
    assert [payload[0] for payload in payloads] == [record.POINT] * 5 + [record.EVENT]


def test_room_that_was_not_used_keeps_nobody_waiting(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series, block = begun(journal)
    store(block, 0)
    journal.close_block(block)
    assert list(Reader(journal).records(START))[-1][0] == journal.end()
    series.append(2, [0.5, 0.5])
    assert series.reserve(3, 10) is not None
    journal.close()
    position = list(Reader(journal).records(START))[-1][0]
    assert steps_in(journal) == [0, 1, 2]
    assert journal.retire(position)


def test_a_forked_child_cannot_write_into_its_parents_block(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    _, block = begun(journal)
    child = os.fork()
    if not child:
        journal.abandon()
        os._exit(0 if refuses(block, 0) and block.count() == (0, True) else 1)
    assert os.waitpid(child, 0)[1] == 0
    store(block, 0)
    assert steps_in(journal) == [0, 1]


def test_nothing_is_lost_or_doubled_while_a_reader_closes_blocks(tmp_path: Path) -> None:
    journal, total = Journal(tmp_path), 20_000
    series = Series(journal, NAMES, "step", fail)
    done = threading.Event()

    def read_and_note() -> None:
        while not done.is_set():
            add_event(journal, "note", "behind the block")
            list(Reader(journal).records(journal.end()))
            journal.read(journal.numbers()[-1], 0)

    reader = threading.Thread(target=read_and_note)
    reader.start()
    block, first = None, 0
    for step in range(total):
        try:
            if block is None:
                raise ValueError("no block")
            store(block, step - first)
        except (ValueError, IndexError):
            series.append(step, [0.5, 0.5])
            block, first = series.reserve(step + 1, 200), step + 1
    done.set()
    reader.join()
    journal.close()
    assert steps_in(journal) == list(range(total))


def test_room_that_was_not_used_is_the_first_thing_to_go(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    begun(journal, 1000)
    add_event(journal, "note", "behind the block")
    journal.close()
    data = journal.read(1, 0)
    assert len(thinned(data, 1, "spool-full")) < 500 < len(data)
