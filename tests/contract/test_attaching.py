"""Files from the client's call to the server: whatever is in the way, each arrives once."""

import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from django.db import connection

from ahnb_client.artifacts.names import file_name
from ahnb_client.client import Client
from ahnb_client.config import Config
from ahnb_client.errors import ConfigurationError
from ahnb_client.run import Run
from runs.models import RunEvent
from tests.contract.stage import PROJECT, Stage
from tests.contract.trainings import Training, await_true
from tests.live import running_server
from tests.runs.artifacts.test_names import TRAVERSAL

pytestmark = pytest.mark.django_db

MODEL = "checkpoints/model.keras"


@pytest.fixture
def config(stage: Stage) -> Config:
    return Config(stage.server.url, stage.token, PROJECT, directory=stage.home / "spool")


def attached(stage: Stage, run_id: str) -> dict[tuple[str, int | None], tuple[int, str]]:
    """Bytes and hash of the newest version of each name and step."""
    found = stage.get(f"runs/{run_id}/artifacts/")["results"]
    return {(one["name"], one["step"]): (one["bytes"], one["sha256"]) for one in reversed(found)}


def told(content: bytes) -> tuple[int, str]:
    return len(content), hashlib.sha256(content).hexdigest()


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


EXPECTED = {(MODEL, number): told(bytes([number]) * (1000 + number)) for number in range(3)}


def begun(stage: Stage, **settings: str) -> Training:
    training = stage.train_alone("attaching", **settings)
    await_true(lambda: training.has("attached"), training)
    return training


def test_files_are_attached_while_the_run_goes_on_and_leave_nothing_behind(stage, config, tmp_path):
    run = Run(config=config, strict=True)
    run.log({"loss": 0.5}, step=6)
    run.log_artifact(written(tmp_path, "empty.txt", b""))
    run.log_artifact(written(tmp_path, "ä b.bin", b"\0" * 70_000), step=7)
    assert run.wait(30)
    assert attached(stage, run.id) == {
        ("empty.txt", None): told(b""),
        ("ä b.bin", 7): told(b"\0" * 70_000),
    }
    run.finish()
    assert run.wait(30)
    await_true(lambda: stage.left == [])


def test_a_file_is_taken_after_the_end_of_the_run(stage, config, tmp_path):
    run = Run(config=config, strict=True)
    run.finish()
    assert run.wait(30)
    run.log_artifact(written(tmp_path, "final.keras", b"weights"))
    assert run.wait(30)
    assert attached(stage, run.id) == {("final.keras", None): told(b"weights")}
    assert stage.run(run.id)["status"] == "finished"


def test_a_folder_is_attached_with_the_folders_in_it(stage, config, tmp_path):
    inner = tmp_path / "plots" / "more"
    inner.mkdir(parents=True)
    written(inner, "a.txt", b"a")
    written(tmp_path / "plots", "b.txt", b"b")
    written(tmp_path / "plots", ".env", b"KEY=1")
    run = Run(config=config, strict=True)
    run.log_artifacts(tmp_path / "plots", prefix="out/")
    run.finish()
    assert run.wait(30)
    assert set(attached(stage, run.id)) == {("out/more/a.txt", None), ("out/b.txt", None)}


def test_what_was_recorded_offline_is_attached_by_sync(stage):
    training = begun(stage, AHNB_MODE="offline")
    training.touch("stop")
    assert training.wait() == 0, training.errors
    status = json.loads(stage.ahnb("status", "--json").stdout)
    assert [one["files"] for one in status["waiting"]] == [3]
    done = stage.ahnb("sync")
    assert (done.returncode, "3 files" in done.stdout) == (0, True), done.stdout
    assert attached(stage, training.run_id("loop")) == EXPECTED
    assert stage.left == []


def test_a_killed_process_leaves_whole_files_to_sync(stage, server):
    server.stop()
    training = begun(stage)
    training.end()
    server.start()
    done = stage.ahnb("sync")
    assert done.returncode == 0, done.stdout
    run_id = training.run_id("loop")
    assert attached(stage, run_id) == EXPECTED
    assert stage.run(run_id)["status_reason"] == "process ended without a word"
    assert stage.left == []


def test_a_server_that_was_away_gets_every_file_once(stage, server):
    server.stop()
    training = begun(stage, AHNB_EXIT_TIMEOUT="60")
    server.start()
    training.touch("stop")
    assert training.wait() == 0, training.errors
    if stage.left:  # a busy machine: the end of the process waits for five failures at most
        assert stage.ahnb("sync").returncode == 0
    found = stage.get(f"runs/{training.run_id('loop')}/artifacts/")["results"]
    assert [one["version"] for one in found] == [3, 2, 1]
    assert attached(stage, training.run_id("loop")) == EXPECTED


def test_a_killed_server_gets_every_file_once(stage, server, config, tmp_path):
    run = Run(config=config, strict=True)
    for number in range(20):
        run.log_artifact(written(tmp_path, "x", os.urandom(300_000)), f"{number}.bin")
        if number in (5, 12):
            server.kill()
            server.start()
    run.finish()
    assert run.wait(60)
    found = stage.get(f"runs/{run.id}/artifacts/")["results"]
    assert sorted(one["version"] for one in found) == [1] * 20


# What the server refuses


@pytest.fixture
def narrow(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same with a server that takes files of 2 MB, and 3 MB in all."""
    limits = {"AHNB_FILE_MB": "2", "AHNB_PROJECT_FILES_MB": "3"}
    with running_server(tmp_path_factory.mktemp("narrow"), **limits) as server:
        yield Stage(server, stage.token, stage.home)


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        pytest.param([2_500_000], "file-too-large", id="over the limit of a file"),
        pytest.param([30_000_000], "file-too-large", id="far over the limit of a file"),
        pytest.param([1_900_000, 1_900_000], "quota-exceeded", id="over that of a project"),
    ],
)
def test_what_has_no_room_is_lost_with_its_reason(narrow, tmp_path, capsys, sizes, code):
    config = Config(narrow.server.url, narrow.token, PROJECT, directory=narrow.home / "spool")
    run = Run(config=config, strict=True)
    for number, size in enumerate(sizes):
        run.log_artifact(written(tmp_path, "large", os.urandom(size)), f"{number}.bin")
    run.log({"loss": 1.0}, step=1)
    run.finish()
    assert run.wait(60)
    last = f"{len(sizes) - 1}.bin"
    lost = RunEvent.objects.filter(run_id=run.id, kind="lost").order_by("at").last()
    assert lost is not None
    assert (lost.data["reasons"], lost.data["file"]) == ({"file": 1}, last)
    assert lost.data["code"] == code
    assert (last, None) not in attached(narrow, run.id)
    lines = (narrow.home / "spool" / run.id / "refused.ndjson").read_text().splitlines()
    kept = json.loads(lines[-1])
    assert (kept["code"], kept["file"]["name"]) == (code, last)
    folder = narrow.home / "spool" / run.id
    await_true(lambda: [path.name for path in folder.iterdir()] == ["refused.ndjson"])


def freeze(run_id: str, moment: str) -> None:
    """Freeze or thaw a run, in a transaction of its own that the server sees at once."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute(f"UPDATE runs_run SET frozen_at = {moment} WHERE id = %s", [run_id])
    finally:
        own.close()


@pytest.mark.parametrize("size", [1000, 30_000_000])
def test_a_frozen_run_takes_no_file_and_the_file_waits(stage, config, tmp_path, size):
    run = Run(config=config, strict=True)
    run.finish()
    assert run.wait(30)
    freeze(run.id, "now()")
    content = os.urandom(size)
    run.log_artifact(written(tmp_path, "late.bin", content))
    assert not run.wait(30)
    kept = stage.ahnb("sync")
    assert (kept.returncode, "kept" in kept.stdout) == (1, True), kept.stdout
    freeze(run.id, "NULL")
    assert stage.ahnb("sync").returncode == 0
    assert attached(stage, run.id) == {("late.bin", None): told(content)}
    assert stage.left == []


@pytest.mark.parametrize("moment", range(3))
def test_a_process_killed_while_it_copies_leaves_nothing_half(stage, moment):
    training = stage.train_alone("copying", AHNB_MODE="offline")
    await_true(lambda: training.has(f"copied-{moment}"), training)
    training.send(signal.SIGKILL)
    training.wait()
    assert stage.ahnb("sync").returncode == 0
    found = stage.get(f"runs/{training.run_id('loop')}/artifacts/")["results"]
    assert len(found) > moment
    assert {(one["bytes"], one["sha256"]) for one in found} == {told(bytes(8_000_000))}


# Back again


@pytest.mark.parametrize("name", ["checkpoints/ä b.keras", "plain"])
def test_what_was_attached_comes_back_byte_for_byte(stage, config, tmp_path, name):
    contents = [os.urandom(300_000), b"", os.urandom(7)]
    run = Run(config=config, strict=True)
    for step, content in enumerate(contents):
        run.log_artifact(written(tmp_path, "source", content), name, step=step)
    run.finish()
    assert run.wait(30)
    with Client(config=config) as client:
        found = client.run(run.id)
        assert [(one.version, one.step, one.size) for one in found.artifacts(name)] == [
            (3, 2, 7),
            (2, 1, 0),
            (1, 0, 300_000),
        ]
        for version, content in enumerate(contents, 1):
            path = found.download(name, tmp_path / "got", version)
            assert (path, path.read_bytes()) == (tmp_path / "got" / name, content)
        assert found.download(name, tmp_path / "got").read_bytes() == contents[-1]


def test_files_are_listed_and_downloaded_by_commands(stage, config, tmp_path):
    run = Run(config=config, strict=True)
    run.log_artifact(written(tmp_path, "a.txt", b"first"))
    run.log_artifact(written(tmp_path, "a.txt", b"second!"), step=5)
    run.log_artifact(written(tmp_path, "b.txt", b"b"))
    run.finish()
    assert run.wait(30)
    head, *rows = stage.ahnb("artifacts", run.id, "--name", "a.txt").stdout.splitlines()
    assert head.split() == ["version", "bytes", "step", "created", "sha256", "name"]
    assert [row.split()[:3] for row in rows] == [["2", "7", "5"], ["1", "5", "-"]]
    assert [row.split()[-1] for row in rows] == ["a.txt"] * 2
    listed = json.loads(stage.ahnb("artifacts", run.id, "--json").stdout)["artifacts"]
    assert [one["name"] for one in listed] == ["b.txt", "a.txt", "a.txt"]
    got = stage.ahnb("download", run.id, "a.txt", "-o", str(tmp_path / "got"), "--version", "1")
    assert (got.returncode, got.stdout) == (0, f"{tmp_path / 'got' / 'a.txt'}\n")
    assert (tmp_path / "got" / "a.txt").read_bytes() == b"first"
    missing = stage.ahnb("download", run.id, "nothing")
    assert (missing.returncode, "no file nothing" in missing.stderr) == (1, True)


def status_of(stage: Stage, path: str) -> int:
    try:
        return stage.ask("GET", path)
    except HTTPError as error:
        return error.code


def test_a_name_is_refused_here_as_it_is_there(stage, config):
    """Before it is copied, not when the server is asked."""
    run = Run(config=config, strict=True)
    run.finish()
    assert run.wait(30)
    for name in [*TRAVERSAL, "x", "a/b.c", "…", "é" * 200, "a" * 255, "%41", "a .b", ". a"]:
        status = status_of(stage, f"runs/{run.id}/artifacts/?name={quote(name, safe='')}")
        try:
            file_name(name)
        except ConfigurationError:
            assert status == 400 or not name, name
        else:
            assert status == 200, name


def test_a_large_file_is_never_held_in_memory(stage, tmp_path):
    training = stage.train_alone("large", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    before, after = map(int, training.read("memory").split())
    assert after - before < 20_000, (before, after)  # kilobytes, of a file of 64,000
    found, _ = stage.get(f"runs/{training.run_id('loop')}/artifacts/")["results"]
    assert found["bytes"] == 64_000_000
