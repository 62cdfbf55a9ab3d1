"""F30: the disk of the database fills up: writes are refused, reading goes on, nothing is lost."""

import ctypes
import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.urls import reverse

from ahnb_platform.database.identity import works
from ahnb_platform.room import free_bytes
from benchmarks.servers.process import free_port
from tests.platform.database.forbidden import on_small_disk
from tests.platform.database.processes import wait_until
from tests.served import Load, Served, load_on

pytestmark = pytest.mark.skipif(
    not works(partial(on_small_disk, Path("/tmp"), "4k")), reason="mounting is not allowed here"
)
RESERVE = 40_000_000


def enter_mounts(pid: int) -> None:
    """See the file systems that another process sees."""
    with Path(f"/proc/{pid}/ns/mnt").open() as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def on_filled_disk(data: Path, fresh: Path) -> None:
    """A disk of 300 MB with a copy of this data directory, for a process and its children."""
    on_small_disk(data, "300m")
    shutil.copytree(fresh, data, dirs_exist_ok=True)


@pytest.fixture
def load(tmp_path: Path, fresh_data: Path) -> Iterator[Load]:
    """A server on a disk of 300 MB, of which it keeps 40 MB free."""
    served = Served(tmp_path, port=free_port())
    served.data.mkdir(mode=0o700)
    served.settings["AHNB_DISK_RESERVE_MB"] = str(RESERVE // 1_000_000)
    served.before = partial(on_filled_disk, served.data, fresh_data)
    served.start()
    assert served.process
    served.before = partial(enter_mounts, served.process.pid)
    try:
        yield load_on(served)
    finally:
        if served.process.poll() is None:
            served.end()


def test_a_full_disk_refuses_points_and_goes_on_answering(load: Load) -> None:
    """503 for batches, pages and series as before; after freeing Equal."""
    served, writer = load.served, load.writers[0]
    for seq in range(1, 20):
        load.deliver(writer, seq)
    assert served.process
    disk = Path(f"/proc/{served.process.pid}/root{served.data}")
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(free_bytes(disk) - RESERVE // 2))
    time.sleep(1.1)  # the disk is looked at once a second
    path = f"/api/v1/runs/{load.run}/batches/"
    status, answer = served.ask("POST", path, writer.body(20), load.key)
    assert (status, b"disk-full" in answer) == (503, True)
    assert served.ask("GET", f"/api/v1/runs/{load.run}/", None, load.key)[0] == 200
    assert served.ask("GET", reverse("account_login"))[0] == 200
    assert served.ask("DELETE", f"/api/v1/runs/{load.run}/", None, load.key)[0] == 204
    assert served.ask("POST", f"/api/v1/runs/{load.run}/restore/", b"{}", load.key)[0] == 503
    ballast.unlink()
    wait_until(
        lambda: served.ask("POST", f"/api/v1/runs/{load.run}/restore/", b"{}", load.key)[0] == 200,
        "writes are taken again",
    )
    for seq in range(20, 40):
        load.deliver(writer, seq)
    load.writers = [writer]
    load.check()
    served.process.terminate()
    assert served.process.wait(timeout=60) == 0
