"""The load of this machine, by real psutil."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from ahnb_client.capture import system
from ahnb_client.run import Run
from tests.ahnb_client.keras.programs import ROOT
from tests.ahnb_client.keras.records import Records


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_MODE", "offline")
    monkeypatch.setenv("AHNB_SYSTEM_SECONDS", "0.1")


def wait_for(run: Run, count: int) -> Records:
    """The records, once there are that many samples."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        records = records_of(run)
        if len(records.metrics.get("system/cpu_percent", ())) >= count:
            return records
        time.sleep(0.05)
    raise AssertionError("no samples")


def records_of(run: Run) -> Records:
    assert run.folder is not None
    return Records(run.folder.parent, run.id)


def test_sample_tells_what_psutil_tells() -> None:
    asked = system.readers()
    busy_until = time.process_time() + 0.1  # the kernel counts in hundredths of a second
    while time.process_time() < busy_until:
        pass
    found = system.sample(asked)
    assert found["system/cpu_percent"] > 0
    assert found["system/memory_bytes"] == pytest.approx(
        psutil.Process().memory_info().rss, rel=0.5
    )
    assert 0 < found["system/machine_memory_percent"] < 100
    assert 0 <= found["system/disk_percent"] <= 100
    assert found["system/disk_written_bytes"] >= 0


def test_what_cannot_be_read_now_is_left_out() -> None:
    def broken() -> dict[str, float]:
        raise OSError("no counter today")

    assert system.sample([broken, lambda: {"threads": 3}]) == {"system/threads": 3.0}


def test_samples_come_until_the_run_ends(often: None) -> None:
    run = Run(strict=True)
    system.watch(run)
    records = wait_for(run, 3)
    assert {point.unit for point in records.metrics["system/cpu_percent"]} == {"time"}
    system.release(run)
    run.finish()
    count = len(records_of(run).metrics["system/cpu_percent"])
    time.sleep(0.3)
    assert len(records_of(run).metrics["system/cpu_percent"]) == count
    assert records_of(run).data_of("lost") == []
    run.resume()
    system.watch(run)
    wait_for(run, count + 1)
    system.release(run)
    run.finish()


def test_one_thread_serves_all_runs_of_the_process(often: None) -> None:
    runs = [Run(strict=True) for _ in range(3)]
    for run in runs:
        system.watch(run)
    for run in runs:
        wait_for(run, 1)
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("ahnb-system") == 1
    for run in runs:
        system.release(run)
        run.finish()


@pytest.mark.parametrize(
    ("said", "seconds"), [("", 10.0), ("2.5", 2.5), ("0", 0.0), ("-1", 0.0), ("often", 10.0)]
)
def test_interval_is_set_by_the_environment(said: str, seconds: float) -> None:
    assert system.interval_seconds({"AHNB_SYSTEM_SECONDS": said}) == seconds


def test_loop_of_ones_own_is_sampled_and_where_psutil_is_missing_goes_without(
    often: None, tmp_path: Path
) -> None:
    # The name is put together: the command line, and so this text, is recorded too.
    code = """
import sys, threading, time
if {missing}:
    sys.modules["psutil"] = None
import ahnb_client
with ahnb_client.run(strict=True) as run:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        recorded = b"".join(file.read_bytes() for file in run.folder.glob("*.seg"))
        names = [thread.name for thread in threading.enumerate()]
        if b"/".join([b"system", b"cpu_percent"]) in recorded or "ahnb-system" not in names:
            break
        time.sleep(0.05)
print(run.id)
"""
    counts = []
    for missing in (False, True):
        done = subprocess.run(
            [sys.executable, "-c", code.format(missing=missing)],
            cwd=tmp_path,  # nothing of what it loads lies there, and so no text of it is recorded
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        records = Records(Path(os.environ["AHNB_DIR"]), done.stdout.strip())
        counts.append(len(records.metrics))
    assert counts[0] >= 6
    assert counts[1] == 0
