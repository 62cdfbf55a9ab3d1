"""F15: no room on the disk, no home, a home that cannot be written; F16: damaged spools."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from ahnb_client import record
from ahnb_client.transport.journal import START
from ahnb_client.transport.reader import Reader
from ahnb_client.transport.spool import LeftSegments
from runs.models import RunEvent
from tests.contract.trainings import clean_environment
from tests.faults.proxy import Answer
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db


class Small(NamedTuple):
    """What is left of a program that had little room."""

    run_id: str
    errors: str


def mounted(folder: Path, options: str) -> list[str]:
    """How a command sees a file system of its own in a folder."""
    mount = f'mount -t tmpfs -o {options} none "{folder}" && "$@"'
    command = ["unshare", "-m", "sh", "-c", mount, "sh"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    return command


def run_on(scene: Scene, options: str, program: str, points: int, **settings: str) -> Small:
    """Run a program to its end with a spool on a file system mounted with these options."""
    spool, folder = scene.home / "small", scene.home / "program"
    spool.mkdir()
    folder.mkdir()
    command = [sys.executable, "-m", f"tests.contract.programs.{program}", str(folder), str(points)]
    done = subprocess.run(
        [*mounted(spool, options), *command],
        env=clean_environment({**scene.environment, "AHNB_DIR": str(spool), **settings}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Small((folder / "loop.run").read_text(), done.stderr)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("size=64k", id="room for nothing"),
        pytest.param("size=1200k", id="room for a segment"),
        pytest.param("ro", id="read-only"),
    ],
)
def test_a_full_disk_loses_nothing_that_fits_into_memory(scene: Scene, options: str) -> None:
    """F15: a tmpfs; exit 0, one line of each kind, Equal."""
    found = run_on(scene, options, "counted", 10_000, AHNB_EXIT_TIMEOUT="60")
    assert found.errors.count("keeping them in memory") <= 1
    assert found.errors.count("cannot keep records on disk") <= 1
    stored = scene.series(found.run_id)
    assert [step for step, _ in stored["reward"]] == list(range(10_000))


def test_a_disk_without_room_for_a_copy_costs_the_file_alone(scene: Scene) -> None:
    """F15: files are no reason to take the room that the training needs."""
    found = run_on(scene, "size=32m", "large", 0, AHNB_EXIT_TIMEOUT="60")
    assert found.errors.count("no room for a copy of 64,000,000 bytes") == 1
    assert scene.get(f"runs/{found.run_id}/artifacts/")["results"] == []
    assert len(scene.series(found.run_id)["loss"]) == 1
    told = RunEvent.objects.filter(run_id=found.run_id, kind="lost").values_list("data", flat=True)
    assert sum(one["reasons"]["file"] for one in told) == 2
    assert scene.run(found.run_id)["status"] == "finished"


def test_a_disk_that_fills_up_under_a_copy_costs_the_file_alone(scene: Scene) -> None:
    """F15: another program takes all but 10 MiB when 24 are being copied: no half file is sent."""
    found = run_on(scene, "size=110m", "filling", 0, AHNB_EXIT_TIMEOUT="60")
    assert found.errors.count("No space left on device") == 1
    assert (scene.home / "program" / "left").read_text() == ""
    assert scene.get(f"runs/{found.run_id}/artifacts/")["results"] == []
    assert [step for step, _ in scene.series(found.run_id)["loss"]] == list(range(1000))
    assert lost_of(found.run_id) == {"file": 1}
    assert scene.run(found.run_id)["status"] == "finished"


def test_a_full_disk_and_a_server_away_cost_what_is_told(scene: Scene) -> None:
    """F15: 22 MB of points, 16 MiB of memory: what arrived and what is told lost are all."""
    trained = scene.home / "program" / "trained"
    scene.proxy.rule = lambda seen: None if trained.exists() else Answer(503)
    found = run_on(scene, "size=64k", "wide", 50_000, AHNB_EXIT_TIMEOUT="60")
    assert found.errors.count("keeping them in memory") == 1
    arrived = scene.run(found.run_id)["metrics"]["value-0"]["count"]
    assert 0 < arrived < 50_000
    assert arrived + sum(lost_of(found.run_id).values()) == 50_000


def lost_of(run_id: str) -> Counter[str]:
    """What the client told the server that it had to drop, by reason."""
    told: Counter[str] = Counter()
    for event in RunEvent.objects.filter(run_id=run_id, kind="lost"):
        told.update(event.data["reasons"])
    return told


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
    training = scene.loop(50, AHNB_MODE="offline", AHNB_CAPTURE="-all")
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
    training = scene.loop(50, AHNB_MODE="offline", AHNB_CAPTURE="-all")
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


def test_a_damaged_spool_is_delivered_without_what_was_hit(scene: Scene) -> None:
    """F16: one bit of a point of a sealed spool, then `ahnb sync`: the other 49 arrive."""
    training = scene.loop(50, AHNB_MODE="offline", AHNB_CAPTURE="-all")
    assert training.wait() == 0
    (name,) = scene.left
    segment = scene.home / "spool" / name / "000001.seg"
    damaged = bytearray(segment.read_bytes())
    points = [
        end
        for end, payload in record.frames(bytes(damaged))
        if payload[0] == record.POINT and record.POINT_HEAD.unpack_from(payload)[4] == 25
    ]
    damaged[points[0] - 12] ^= 1
    segment.write_bytes(damaged)
    assert scene.ahnb("sync").returncode == 0
    run_id = training.run_id("loop")
    stored, truth = scene.series(run_id), training.truth("loop")
    assert {name: [p for p in points if p[0] != 25] for name, points in truth.items()} == stored


def test_a_spool_at_its_limit_is_thinner_and_says_so(scene: Scene) -> None:
    """Loss is counted: what arrived and what was dropped make what was recorded."""
    training = scene.train_alone("wide", "20000", AHNB_MODE="offline", AHNB_SPOOL_MB="4")
    assert training.wait() == 0
    assert training.errors.count("AHNB_SPOOL_MB") == 1
    assert scene.ahnb("sync").returncode == 0
    run_id = training.run_id("loop")
    arrived = scene.run(run_id)["metrics"]["value-0"]["count"]
    assert 2_000 < arrived < 20_000
    assert arrived + sum(lost_of(run_id).values()) == 20_000
