"""Full and read-only disks."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ahnb_platform.database.identity import works

from .forbidden import on_small_disk
from .processes import Client, wait_until

Start = Callable[..., Client]
pytestmark = pytest.mark.skipif(
    not works(partial(on_small_disk, Path("/tmp"), "1m")), reason="mounting is not allowed here"
)


@pytest.mark.parametrize("size", ["4k", "64k", "20m"])
def test_disk_too_small_for_a_cluster_is_told(empty: Path, start: Start, size: str) -> None:
    empty.mkdir(mode=0o700)
    answer = start(empty, before=partial(on_small_disk, empty, size)).ask("SELECT 1")
    assert answer["text"].startswith("The disk that holds ")
    assert answer["text"].rstrip().endswith("is full: free some space, then try again")


def test_read_only_disk_is_told(empty: Path, start: Start) -> None:
    empty.mkdir(mode=0o700)
    answer = start(empty, before=partial(on_small_disk, empty, "0")).ask("SELECT 1")
    assert "choose another folder with AHNB_DATA_DIR" in answer["text"]


def test_disk_that_fills_up_refuses_writes_and_loses_nothing_committed(
    empty: Path, start: Start
) -> None:
    empty.mkdir(mode=0o700)
    client = start(empty, django=True, before=partial(on_small_disk, empty, "100m"))
    assert client.ask("CREATE TABLE kept (value int, filler text)") is None
    ballast = Path(f"/proc/{client.process.pid}/root{empty}/ballast")
    ballast.write_bytes(bytes(30_000_000))
    committed, failure = fill_the_disk(client)
    assert failure["error"] == "OperationalError"
    assert committed > 0
    ballast.unlink()
    wait_until(client.recovers, "queries work")
    assert client.ask("SELECT count(DISTINCT value) FROM kept") == [[committed]]
    assert client.ask("INSERT INTO kept VALUES (-1, '')") is None


def fill_the_disk(client: Client) -> tuple[int, dict[str, str]]:
    """Insert until it fails: the number of commits, and the failure."""
    rows = "repeat(md5(i::text), 60) FROM generate_series(1, 1000) i"
    for number in range(1000):
        if failure := client.ask(f"INSERT INTO kept SELECT {number}, {rows}"):
            return number, failure
    raise AssertionError("the disk did not fill up")
