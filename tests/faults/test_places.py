"""F15: no room on the disk, no home, a home that cannot be written; F16: damaged spools."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from ahnb_client import record
from ahnb_client.transport.journal import START
from ahnb_client.transport.reader import Reader
from ahnb_client.transport.spool import LeftSegments
from tests.contract.trainings import clean_environment
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db


def mounted(folder: Path, size: str) -> list[str]:
    """How a command sees an own small file system in a folder."""
    mount = f'mount -t tmpfs -o size={size} none "{folder}" && "$@"'
    command = ["unshare", "-m", "sh", "-c", mount, "sh"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    return command


@pytest.mark.parametrize("size", ["64k", "1200k"])
def test_a_full_disk_loses_nothing_that_fits_into_memory(
    scene: Scene, tmp_path: Path, size: str
) -> None:
    """F15: a tmpfs with room for nothing, or for one segment; exit 0, one line, Equal."""
    spool, folder = tmp_path / "small", tmp_path / "program"
    spool.mkdir()
    folder.mkdir()
    program = [sys.executable, "-m", "tests.contract.programs.counted", str(folder), "30000"]
    settings = {**scene.environment, "AHNB_DIR": str(spool), "AHNB_EXIT_TIMEOUT": "60"}
    done = subprocess.run(
        [*mounted(spool, size), *program],
        env=clean_environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("keeping them in memory") <= 1
    stored = scene.series((folder / "loop.run").read_text())
    assert [step for step, _ in stored["reward"]] == list(range(30_000))


@pytest.mark.parametrize("case", ["no home", "read-only"])
def test_a_home_that_takes_nothing_loses_nothing(scene: Scene, tmp_path: Path, case: str) -> None:
    """F15: a HOME that is a file, or is not there; told once, Equal."""
    home = tmp_path / "home"
    home.write_text("no folder")
    places = {"HOME": str(home), "AHNB_DIR": str(home / "spool")}
    if case == "no home":
        places = {"HOME": "", "AHNB_DIR": ""}
    training = scene.loop(2000, AHNB_EXIT_TIMEOUT="60", **places)
    assert training.wait() == 0
    run_id = training.run_id("loop")
    assert scene.series(run_id) == training.truth("loop")


def test_a_spool_cut_at_any_byte_of_its_last_record_keeps_the_others(scene: Scene) -> None:
    """F16: cut at every byte of the last point and event: 0 exceptions, every whole record read."""
    training = scene.loop(50, AHNB_MODE="offline")
    assert training.wait() == 0
    (name,) = scene.left
    segment = scene.home / "spool" / name / "000001.seg"
    whole = segment.read_bytes()
    ends = [end for end, _ in record.frames(whole)]
    for cut in range(ends[-3], ends[-1]):
        segment.write_bytes(whole[:cut])
        read = [end for end, _ in Reader(LeftSegments(segment.parent)).records(START)]
        whole_ones = sum(end <= cut for end in ends[1:])  # the first names the series
        assert whole_ones <= len(read) <= whole_ones + 1  # padding may be cut off
    segment.write_bytes(whole)
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_bits_that_flip_cost_the_record_that_they_hit(scene: Scene) -> None:
    """F16: 200 places of a sealed spool: 0 exceptions, one record lost at most."""
    training = scene.loop(50, AHNB_MODE="offline")
    assert training.wait() == 0
    (name,) = scene.left
    segment = scene.home / "spool" / name / "000001.seg"
    whole = segment.read_bytes()
    ends = [end for end, _ in record.frames(whole)]
    places = random.Random(16)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[places.randrange(ends[0], ends[-1])] ^= 1 << places.randrange(8)
        segment.write_bytes(damaged)
        read = list(Reader(LeftSegments(segment.parent)).records(START))
        assert len(read) >= len(ends) - 2


def test_a_spool_at_its_limit_is_thinner_and_says_so(scene: Scene) -> None:
    """Loss is counted: what arrived and what was dropped make what was recorded."""
    training = scene.loop(200_000, AHNB_MODE="offline", AHNB_SPOOL_MB="4")
    assert training.wait() == 0
    assert training.errors.count("AHNB_SPOOL_MB") == 1
    assert scene.ahnb("sync").returncode == 0
    run_id = training.run_id("loop")
    arrived = scene.run(run_id)["metrics"]["reward"]["count"]
    assert 20_000 < arrived < 200_000
