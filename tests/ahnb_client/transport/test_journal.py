"""The journal: segments on disk, memory when the disk refuses, nothing lost in silence."""

import json
import os
import resource
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ahnb_client import record
from ahnb_client.plain import dumps
from ahnb_client.series import Series
from ahnb_client.transport import journal as journals
from ahnb_client.transport import thinning
from ahnb_client.transport.journal import START, Journal, Position
from ahnb_client.transport.reader import Reader
from ahnb_client.transport.segments import DiskSegment, PlainBuffer, segment_numbers
from ahnb_client.transport.spool import LeftSegments

from .spools import add_event, add_points, fail


@pytest.fixture
def small_files() -> Iterator[None]:
    """The operating system refuses files of more than 64 KiB, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def steps_in(journal: Journal, start: Position = START) -> list[int]:
    return [
        record.POINT_HEAD.unpack_from(payload)[4]
        for _, payload in Reader(journal).records(start)
        if payload[0] == record.POINT
    ]


def lost_in(payloads: Iterable[bytes]) -> Counter[str]:
    """What the records themselves say of what had to go."""
    lost = Counter[str]()
    for payload in payloads:
        if b'"kind":"lost"' in payload:
            lost.update(json.loads(payload[record.PREFIX.size :])["data"]["reasons"])
    return lost


def test_records_go_on_in_new_segments_and_all_are_read_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_points(journal, 50_000)
    assert len(segment_numbers(tmp_path)) == len(journal.numbers()) > 1
    assert steps_in(journal) == list(range(50_000))


def test_every_segment_can_be_read_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_points(journal, 50_000)
    reader = Reader(journal)
    middle = Position(2, 0)
    end, payload = next(iter(reader.records(middle)))
    assert reader.definition(record.prefix_of(payload).series) == ("step", ("loss",))
    again = Reader(journal)
    _, payload = next(iter(again.records(end)))
    assert again.definition(record.prefix_of(payload).series) == ("step", ("loss",))


def test_segments_that_were_delivered_are_deleted(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_points(journal, 50_000)
    last = journal.numbers()[-1]
    journal.discard_before(last)
    assert segment_numbers(tmp_path) == [last]


def test_the_next_segment_is_ready_before_it_is_needed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.prepare()
    assert not (tmp_path / "spare").exists()
    add_points(journal, 15_000)
    journal.prepare()
    assert (tmp_path / "spare").exists()
    add_points(journal, 15_000)
    assert not (tmp_path / "spare").exists()
    assert len(steps_in(journal)) == 30_000
    journal.prepare()
    journal.close()
    assert not (tmp_path / "spare").exists()


def test_a_record_larger_than_a_segment_gets_one_of_its_own(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_event(journal, "model", "x" * 3 * journals.SEGMENT_SIZE)
    add_event(journal, "note", "small")
    payloads = [payload for _, payload in Reader(journal).records(START)]
    assert [len(payload) > journals.SEGMENT_SIZE for payload in payloads] == [True, False]


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_moves_records_to_memory_without_a_gap(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_points(journal, 50_000)
    assert segment_numbers(tmp_path) == []
    assert steps_in(journal) == list(range(50_000))


@pytest.mark.usefixtures("small_files")
def test_memory_is_bounded_epochs_and_events_stay_and_the_loss_is_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    epochs = journals.Definition(1000, "epoch", ["val_loss"])
    pack = record.point_struct(1).pack
    total = 0
    for epoch in range(30):
        add_points(journal, 20_000, names=("a", "b", "c", "d"))
        total += 20_000
        journal.append(record.frame(pack(record.POINT, 0, 0, 1000, epoch, 0.5, 1.5)), epochs)
        add_event(journal, "note", epoch)
    held = sum(len(journal.read(number, 0)) for number in journal.numbers())
    assert held <= journals.MEMORY_LIMIT + journals.SEGMENT_SIZE
    payloads = [payload for _, payload in Reader(journal).records(START)]
    prefixes = [record.prefix_of(payload) for payload in payloads]
    notes = [p for p in payloads if b'"kind":"note"' in p]
    assert len(notes) == 30
    assert sum(prefix.series == 1000 for prefix in prefixes) == 30
    points = sum(prefix.kind == record.POINT and prefix.series != 1000 for prefix in prefixes)
    assert lost_in(payloads) == {"no-room": total - points}
    assert points < total


def test_a_spool_at_its_limit_keeps_thinner_points_and_all_epochs_and_events(
    tmp_path: Path,
) -> None:
    limit = 8 * journals.SEGMENT_SIZE
    journal = Journal(tmp_path, limit_bytes=limit)
    epochs = journals.Definition(1000, "epoch", ["val_loss"])
    pack = record.point_struct(1).pack
    for epoch in range(20):
        add_points(journal, 20_000, names=("a", "b", "c", "d"))
        journal.append(record.frame(pack(record.POINT, 0, 0, 1000, epoch, 0.5, 1.5)), epochs)
        add_event(journal, "note", epoch)
        assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= limit
    journal.close()
    payloads = [payload for _, payload in Reader(LeftSegments(tmp_path)).records(START)]
    prefixes = [record.prefix_of(payload) for payload in payloads]
    assert sum(b'"kind":"note"' in payload for payload in payloads) == 20
    assert sum(prefix.series == 1000 for prefix in prefixes) == 20
    points = sum(prefix.kind == record.POINT and prefix.series != 1000 for prefix in prefixes)
    assert lost_in(payloads) == {"spool-full": 400_000 - points}
    assert points > 50_000


def test_thinning_halves_then_drops_points_and_only_at_last_the_rest() -> None:
    names = record.frame(record.pack_series(1, "step", ["loss"]))
    pack = record.point_struct(1).pack
    points = [record.frame(pack(record.POINT, 0, 0, 1, step, 0.5, 9.0)) for step in range(64)]
    note = record.frame(record.pack_event(0, dumps({"kind": "note", "data": "kept"})))
    data = names + b"".join(points) + note
    left = []
    for level in range(1, thinning.NOTHING + 1):
        data = thinning.thinned(data, level, "spool-full")
        payloads = [payload for _, payload in record.frames(data)]
        left.append(sum(payload[0] == record.POINT for payload in payloads))
        assert any(b'"kind":"note"' in p for p in payloads) == (level < thinning.NOTHING)
    assert left == [32, 16, 8, 4, 2, 1, 1, 1, 1, 1, 0, 0]
    assert lost_in(payloads) == {"spool-full": 65}


def test_a_long_run_offline_holds_few_files_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    add_points(journal, 600_000)
    assert len(journal.numbers()) > 15
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 4  # two a segment
    assert steps_in(journal) == list(range(600_000))
    journal.close()


def test_threads_without_a_lock_lose_no_point_where_segments_change(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series = Series(journal, ["loss"], "step", fail)

    def log(part: int) -> None:
        for step in range(part, 60_000, 4):
            series.append(step, [0.5])

    threads = [threading.Thread(target=log, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.numbers()) > 2
    assert sorted(steps_in(journal)) == list(range(60_000))


def test_points_of_a_new_attempt_never_bear_the_old_number(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    series = Series(journal, ["loss"], "step", fail)
    for attempt in range(3):
        journal.begin_attempt(attempt)
        series.append(0, [0.5])
        series.append(1, [0.5])
    payloads = [payload for _, payload in Reader(journal).records(START)]
    attempts = [record.prefix_of(payload).attempt for payload in payloads]
    assert attempts == [0, 0, 1, 1, 2, 2]


def test_a_closed_journal_has_a_checksum_on_every_point(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    add_points(journal, 30_000)
    data = [journal.read(number, 0) for number in journal.numbers()]
    assert all(any(record.seals(part)) for part in data)
    journal.close()
    data = [journal.read(number, 0) for number in journal.numbers()]
    assert not any(any(record.seals(part)) for part in data)
    assert steps_in(journal) == list(range(30_000))


def test_a_closed_journal_counts_what_comes_too_late(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.close()
    add_points(journal, 3)
    assert journal.take_losses() == {"after-end": 3}
    assert journal.take_losses() == {}


def test_a_journal_is_not_given_up_while_something_is_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    before = journal.end()
    add_points(journal, 1)
    assert not journal.retire(journal.end())
    journal.close()
    assert not journal.retire(before)
    assert journal.reopen()
    journal.close()
    assert journal.retire(journal.end())
    assert not journal.reopen()
    assert segment_numbers(tmp_path) == []


def test_a_file_that_cannot_be_mapped_is_written_in_place(tmp_path: Path) -> None:
    segment = DiskSegment(tmp_path / "000001.seg", 4096)
    descriptor = os.open(tmp_path / "000001.seg", os.O_RDWR)
    buffer = PlainBuffer(descriptor, 24)
    buffer.seek(8)
    buffer.write(b"hello")
    buffer[9:10] = b"a"
    with pytest.raises(ValueError, match="room"):
        buffer.write(bytes(12))
    os.close(descriptor)
    assert buffer.tell() == 13
    assert segment.read(8, 24) == b"hallo".ljust(16, b"\0")
    segment.delete()


def test_files_are_closed_with_their_journal(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(20):
        (tmp_path / str(number)).mkdir()
        journal = Journal(tmp_path / str(number))
        add_points(journal, 10)
        journal.close()
        assert journal.detach()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_run_that_ends_and_goes_on_beside_the_sender_disturbs_nobody(tmp_path: Path) -> None:
    """A hundred ends while another thread prepares the next segments and clears the last ones."""
    journal = Journal(tmp_path)
    series = Series(journal, ["loss"], "step", fail)
    troubles: list[BaseException] = []
    is_over = threading.Event()

    def prepare() -> None:
        while not is_over.is_set():
            try:
                journal.prepare()
                journal.sync()
                journal.discard_before(journal.end().segment - 2)
            except Exception as error:  # noqa: BLE001 - what is looked for
                troubles.append(error)
                return

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=prepare) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        for step in range(100):
            series.append(step, [0.5])
            journal.close()
            assert journal.reopen()
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    assert troubles == []
