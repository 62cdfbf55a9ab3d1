"""Files that wait in a spool: whole or not there, sent in their order, refused for a reason."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ahnb_client.errors import ConfigurationError
from ahnb_client.run import Run
from ahnb_client.transport.copying import copy_file
from ahnb_client.transport.files import Files
from ahnb_client.transport.http import Server
from ahnb_client.transport.journal import Journal
from ahnb_client.transport.shipment import Shipment
from ahnb_client.transport.spool import Spool
from ahnb_client.transport.uploads import MAX_SPOILED

from ..server import KEY, Fault, Request, Store, StubServer
from .spools import Recorded, add_event, add_points, deliver, make_header


@pytest.fixture
def remote(server: StubServer) -> Server:
    return Server(server.address, KEY)


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """A run with three files, two of one name."""
    recorded = Recorded(tmp_path / "spool")
    add_points(recorded.journal, 3)
    for name, content in (("a", b"first"), ("b", b""), ("a", b"second")):
        (tmp_path / "source").write_bytes(content)
        recorded.spool.files.add(tmp_path / "source", name)
    return recorded.end()


def problem(status: int, code: str) -> Fault:
    return Fault(status, json.dumps({"code": code, "detail": f"because of {code}"}).encode())


def uploads(store: Store) -> list[str]:
    """The names in the order in which they were sent."""
    return [
        parse_qs(urlsplit(request.path).query)["name"][0]
        for request in store.requests
        if request.method == "PUT" and "/artifacts/" in request.path
    ]


def is_upload(request: Request) -> bool:
    return "/artifacts/" in request.path and request.method == "PUT"


def test_files_follow_the_points_in_their_order(
    recorded: Recorded, remote: Server, store: Store
) -> None:
    deliver(recorded.shipment, remote)
    assert uploads(store) == ["a", "b", "a"]
    assert store.files[recorded.run_id] == [("a", b"first"), ("b", b""), ("a", b"second")]
    last_batch = max(n for n, one in enumerate(store.requests) if one.method == "POST")
    first_file = min(n for n, one in enumerate(store.requests) if is_upload(one))
    assert last_batch < first_file
    assert not recorded.spool.folder.exists()


def test_files_of_a_dead_process_follow_the_end_of_its_run(
    recorded: Recorded, remote: Server, store: Store
) -> None:
    left = recorded.spool.folder / "files"
    (left / "000004.part").write_bytes(b"half a copy")
    (left / "000005.file").write_bytes(b"a copy of which nothing is known")
    deliver(recorded.after_crash(), remote)
    assert uploads(store) == ["a", "b", "a"]
    assert not recorded.spool.folder.exists()


@pytest.mark.parametrize(
    "fault",
    [Fault(500), problem(507, "storage-full"), Fault(cut_off=True), Fault(200, b"{}"), Fault(429)],
    ids=["500", "507", "cut", "another server", "429"],
)
def test_a_server_in_trouble_gets_the_file_later(
    recorded: Recorded, remote: Server, store: Store, fault: Fault
) -> None:
    seen: list[Request] = []

    def first_two(request: Request) -> Fault | None:
        seen.extend([request] * is_upload(request))
        return fault if is_upload(request) and len(seen) < 3 else None

    store.fault = first_two
    deliver(recorded.shipment, remote)
    assert [name for name, _ in store.files[recorded.run_id]] == ["a", "b", "a"]
    assert store.events(recorded.run_id, "lost") == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "quota-exceeded"),
        (409, "too-many-artifacts"),
        (413, "file-too-large"),
        (400, "bad-artifact-name"),
    ],
)
def test_what_is_refused_for_good_is_lost_with_its_reason(
    recorded: Recorded, remote: Server, store: Store, status: int, code: str
) -> None:
    store.fault = lambda request: (
        problem(status, code) if is_upload(request) and "name=a" in request.path else None
    )
    deliver(recorded.shipment, remote)
    lost = store.events(recorded.run_id, "lost")
    assert [(one["reasons"], one["file"], one["code"]) for one in lost] == [
        ({"file": 1}, "a", code)
    ] * 2
    assert store.files[recorded.run_id] == [("b", b"")]
    kept = [json.loads(line) for line in recorded.spool.refused.read_text().splitlines()]
    assert [(one["file"]["size"], one["code"]) for one in kept] == [(5, code), (6, code)]
    assert [path.name for path in recorded.spool.folder.iterdir()] == ["refused.ndjson"]


@pytest.mark.parametrize("code", ["hash-mismatch", "short-body"])
def test_what_arrives_spoiled_is_sent_a_few_times(
    recorded: Recorded, remote: Server, store: Store, code: str
) -> None:
    store.fault = lambda request: (
        problem(400, code) if is_upload(request) and "name=b" in request.path else None
    )
    deliver(recorded.shipment, remote)
    assert uploads(store) == ["a", *["b"] * MAX_SPOILED, "a"]
    assert [one["code"] for one in store.events(recorded.run_id, "lost")] == [code]


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")])
def test_a_copy_that_rots_is_lost_and_not_sent(
    recorded: Recorded, remote: Server, store: Store, spoil: Callable[[Path], None]
) -> None:
    spoil(recorded.spool.folder / "files" / "000001.file")
    (recorded.spool.folder / "files" / "000002.json").write_bytes(b"\0")
    deliver(recorded.shipment, remote)
    lost = store.events(recorded.run_id, "lost")
    assert [(one["file"], one["code"]) for one in lost] == [("a", "damaged"), ("file 2", "damaged")]
    assert store.files[recorded.run_id] == [("a", b"second")]


@pytest.mark.parametrize(("status", "code"), [(410, "run-frozen"), (410, "run-trashed")])
def test_a_run_that_takes_nothing_leaves_its_files_to_sync(
    recorded: Recorded, remote: Server, store: Store, status: int, code: str
) -> None:
    store.fault = lambda request: problem(status, code) if is_upload(request) else None
    deliver(recorded.shipment, remote)
    assert f"because of {code}" in recorded.shipment.stopped_by
    store.fault = lambda request: None
    deliver(recorded.after_crash(), remote)
    assert [name for name, _ in store.files[recorded.run_id]] == ["a", "b", "a"]


def test_points_go_on_while_files_have_no_room(
    tmp_path: Path, remote: Server, store: Store
) -> None:
    recorded = Recorded(tmp_path / "spool")
    (tmp_path / "source").write_bytes(b"x")
    recorded.spool.files.add(tmp_path / "source", "a")
    store.fault = lambda request: problem(507, "storage-full") if is_upload(request) else None
    for number in range(3):
        add_event(recorded.journal, "note", number)
        end = recorded.journal.end()
        while not recorded.shipment.has_delivered(end):
            time.sleep(max(0.0, recorded.shipment.due - time.monotonic()))
            recorded.shipment.step(remote)
    assert store.events(recorded.run_id, "note") == [0, 1, 2]
    assert not recorded.shipment.has_delivered(end, {1})


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(bytes(3_000_000))
    return path


def held_back_until(store: Store, is_time: Callable[[], bool]) -> list[bool]:
    """Have the server answer no upload before something has come; tells whether it came."""
    came: list[bool] = []

    def fault(request: Request) -> Fault | None:
        if is_upload(request):
            deadline = time.monotonic() + 10
            while not is_time() and time.monotonic() < deadline:
                time.sleep(0.01)
            came.append(is_time())
        return None

    store.fault = fault
    return came


def test_points_overtake_a_file_that_is_under_way(
    tmp_path: Path, remote: Server, store: Store, large: Path
) -> None:
    spool = Spool.create(tmp_path / "spool", make_header())
    journal = Journal(spool.folder)
    shipment = Shipment(spool.header, journal, spool)
    spool.files.add(large, "large")
    came = held_back_until(store, lambda: store.events(shipment.run_id, "note") == [1])
    deadline = time.monotonic() + 20
    is_noted = False
    while shipment.has_files and time.monotonic() < deadline:
        if not is_noted and any(map(is_upload, store.requests)):
            is_noted = True
            add_event(journal, "note", 1)
        time.sleep(max(0.0, shipment.due - time.monotonic()))
        shipment.step(remote)
    assert came == [True]
    assert [name for name, _ in store.files[shipment.run_id]] == ["large"]


def test_points_of_another_run_do_not_wait_for_a_file(
    begin: Callable[..., Run], store: Store, large: Path
) -> None:
    slow, other = begin(), begin()
    came = held_back_until(store, lambda: len(store.points(other.id, "loss")) == 3)
    slow.log({"loss": 0.5})
    slow.log_artifact(large)
    while not any(map(is_upload, store.requests)):
        time.sleep(0.01)
    for _ in range(3):
        other.log({"loss": 0.5})
    assert other.wait(10)
    assert slow.wait(10)
    assert came == [True]


def test_signs_of_life_go_on_while_a_file_is_under_way(
    tmp_path: Path, remote: Server, store: Store, large: Path
) -> None:
    spool = Spool.create(tmp_path / "spool", make_header())
    shipment = Shipment(spool.header, Journal(spool.folder), spool, heartbeat_seconds=0.0)
    spool.files.add(large, "large")
    came = held_back_until(store, lambda: len(store.events(shipment.run_id, "heartbeat")) > 1)
    deadline = time.monotonic() + 20
    while shipment.has_files and time.monotonic() < deadline:
        time.sleep(max(0.0, shipment.due - time.monotonic()))
        shipment.step(remote)
    assert came == [True]


def test_the_newest_of_a_name_may_replace_what_waits(tmp_path: Path) -> None:
    files = Files(tmp_path)
    for number in range(3):
        (tmp_path / "source").write_bytes(bytes(number))
        files.add(tmp_path / "source", "best", number, newest_only=True)
        files.add(tmp_path / "source", "all", number)
    told = [(file.name, file.step) for file in files.waiting()]
    assert told == [("all", 0), ("all", 1), ("best", 2), ("all", 2)]


def test_numbers_rise_whatever_was_sent_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    files = Files(tmp_path)
    first = files.add(tmp_path / "source", "a")
    files.remove(first)
    assert (first.number, files.add(tmp_path / "source", "a").number) == (1, 2)
    assert Files(tmp_path).add(tmp_path / "source", "a").number == 3


def test_a_file_that_changes_while_it_is_copied_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(100))
    os.utime(source, (1, 1))

    class Growing(type(tmp_path)):  # type: ignore[misc]
        """A target whose folder is looked up after the source was opened: then it changes."""

        @property
        def parent(self) -> Path:
            source.write_bytes(bytes(200))
            return tmp_path

    with pytest.raises(ConfigurationError, match="changed while it was copied"):
        copy_file(source, Growing(tmp_path / "target"))
