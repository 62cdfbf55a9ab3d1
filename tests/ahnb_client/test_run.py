"""Runs: what is recorded, how they end, and that nothing of ours reaches the caller."""

import dataclasses
import math
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahnb_client
from ahnb_client import lifecycle
from ahnb_client.config import Config
from ahnb_client.errors import ConfigurationError
from ahnb_client.identifiers import uuid7
from ahnb_client.past import past_of
from ahnb_client.run import Run
from ahnb_client.transport.batch import cut
from ahnb_client.transport.journal import START
from ahnb_client.transport.reader import Reader
from ahnb_client.transport.spool import LeftSegments

from .processes import Program
from .server import Store

Begin = Callable[..., Run]


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Run]:
    """A run that is recorded but not sent, and not strict."""
    config = Config(project="a/b", mode="offline", directory=tmp_path / "offline")
    run = Run(config=config)
    yield run
    run.finish()


def recorded(run: Run) -> Any:
    """The first batch that would be sent, decoded."""
    import json

    assert run.folder is not None
    return json.loads(cut(Reader(LeftSegments(run.folder)), START).encode("w", 1))


def test_what_is_logged_arrives(begin: Begin, store: Store) -> None:
    run = begin(name="first", params={"width": 128}, tags=["a"], group="g", notes="n")
    for step in range(3):
        run.log({"loss": 1 / (step + 1), "accuracy": step})
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(0, 1.0), (1, 0.5), (2, 1 / 3)]
    assert store.points(run.id, "accuracy") == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert store.events(run.id, "params") == [{"width": 128}]
    body = store.runs[run.id]
    assert (body["project"], body["name"], body["tags"]) == ("team/project", "first", ["a"])
    assert run.url is not None
    assert run.id in run.url


def test_a_series_keeps_place_and_time(begin: Begin, store: Store) -> None:
    run = begin()
    run.series(("loss", "val_loss"), unit="epoch").append(0, (0.5, math.nan), at_step=40)
    run.series(("system/cpu_percent",), unit="time").append(None, [3.0], time=1.7e9)
    run.series(("batch/loss",)).append(7, [0.1], time=1.7e9 + 0.25)
    assert run.wait(10)
    (batch,) = store.all_batches(run.id)
    epoch, seconds, step = (
        batch["axes"][batch["metrics"][name]["axis"]]
        for name in ("loss", "system/cpu_percent", "batch/loss")
    )
    assert (epoch["unit"], epoch["start"], epoch["at_step"]) == ("epoch", 0, [40])
    assert batch["metrics"]["val_loss"]["v"] == ["NaN"]
    assert seconds == {"unit": "time", "times": [1.7e9]}
    assert (step["t0"], step["dt_ms"]) == (1.7e9 + 0.25, [0])


def test_values_of_any_kind_never_raise_and_the_good_ones_stay(offline: Run) -> None:
    bad: list[Any] = [None, "x", b"x", 1j, object(), [], {}, 10**400, np.zeros(2)]
    for index, value in enumerate(bad):
        offline.log({"good": np.float32(0.5), f"bad{index}": value}, step=index)
    offline.log({"good": 0.5}, step=-1)
    offline.log({"good": 0.5}, step="seven")  # type: ignore[arg-type]
    offline.log({3: 0.5}, step=1)  # type: ignore[dict-item]
    offline.log(None)  # type: ignore[arg-type]
    offline.log({})
    offline.event("odd", object())
    offline.event("too large", "x" * (1 << 20) + "y" * 10)
    offline.event("too large", ["x" * (1 << 20)] * 5)
    batch = recorded(offline)
    assert batch["metrics"]["good"]["v"].count(0.5) == len(bad)
    assert all(set(batch["metrics"][f"bad{n}"]["v"]) == {None} for n in range(len(bad)))
    assert 0.5 in batch["metrics"]["3"]["v"]


def test_a_run_that_recorded_no_point_is_delivered_as_well(begin: Begin, tmp_path: Path) -> None:
    empty, attached = begin(), begin()
    assert empty.wait(10)
    (tmp_path / "weights").write_bytes(b"weights")
    attached.log_artifact(tmp_path / "weights")
    assert attached.wait(10)
    attached.begin_attempt(0)
    assert attached.wait(10)


def test_losses_are_counted_and_told_to_the_server(begin: Begin, store: Store) -> None:
    run = begin(strict=False)
    run.log({"loss": "no number"})
    run.log({"loss": "no number"})
    run.log({"loss": 0.5})
    assert run.wait(10)
    assert store.events(run.id, "lost") == [{"reasons": {"bad-value": 2}}]


def test_a_strict_run_raises(begin: Begin) -> None:
    run = begin()
    with pytest.raises(TypeError):
        run.log({"loss": "no number"})
    with pytest.raises(ValueError, match="forever"):
        run.series(("loss",), unit="forever")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, "finished"),
        (ValueError("no\0good"), "failed"),
        (KeyboardInterrupt(), "interrupted"),
        (SystemExit(0), "finished"),
        (SystemExit(3), "failed"),
    ],
    ids=str,
)
def test_a_context_ends_as_it_went_and_swallows_nothing(
    config: Config, store: Store, error: BaseException | None, status: str
) -> None:
    caught = None
    try:
        with ahnb_client.run(config=config) as run:
            if error:
                raise error
    except BaseException as raised:  # noqa: BLE001 - it has to be this very one
        caught = raised
    assert caught is error
    assert run.wait(10)
    assert store.status(run.id) == status
    assert run.status == status


def test_only_the_first_end_counts(begin: Begin, store: Store) -> None:
    run = begin()
    run.finish("failed", "out of memory")
    run.finish("finished")
    assert run.wait(10)
    assert store.events(run.id, "status") == [{"status": "failed", "reason": "out of memory"}]


def test_an_ended_run_takes_no_points_until_it_is_resumed(
    begin: Begin, store: Store, tmp_path: Path
) -> None:
    run = begin()
    run.log({"loss": 1.0}, step=0)
    run.finish()
    run.log({"loss": 2.0}, step=1)
    assert run.wait(10)
    run.resume()
    run.log({"loss": 3.0}, step=2)
    run.finish()
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(0, 1.0), (2, 3.0)]
    assert [event["status"] for event in store.events(run.id, "status")] == [
        "finished",
        "running",
        "finished",
    ]


@pytest.mark.parametrize("delivered", [False, True])
def test_word_after_the_end_arrives_and_changes_no_end(
    begin: Begin, store: Store, delivered: bool
) -> None:
    run = begin()
    run.finish("interrupted", "by hand")
    if delivered:
        assert run.wait(10)
    run.note("looked better than the last one")
    run.params["width"] = 64
    assert run.status == "interrupted"
    assert run.wait(10)
    assert store.events(run.id, "note") == [{"text": "looked better than the last one"}]
    assert store.events(run.id, "params") == [{"width": 64}]
    ends = store.events(run.id, "status")
    assert all(end == {"status": "interrupted", "reason": "by hand"} for end in ends)


def test_word_after_the_end_of_an_offline_run_is_kept(tmp_path: Path) -> None:
    run = Run(config=Config(project="a/b", mode="offline", directory=tmp_path / "offline"))
    run.finish()
    run.note("afterwards")
    folders = list((tmp_path / "offline").iterdir())
    batches = [
        cut(Reader(LeftSegments(folder)), START).encode("w", 1)
        for folder in folders
        if folder.is_dir()
    ]
    assert sum(b"afterwards" in batch for batch in batches) == 1


def test_everything_delivered_leaves_nothing_on_disk(begin: Begin, config: Config) -> None:
    run = begin()
    run.log({"loss": 1.0})
    run.finish()
    assert run.wait(10)
    assert config.directory is not None
    while run.folder is not None and run.folder.exists():
        assert run.wait(1)
    assert list(config.directory.iterdir()) == []


def test_parameters_set_later_are_recorded_too(begin: Begin, store: Store) -> None:
    run = begin(params={"width": 128})
    run.params["depth"] = 3
    run.params.update(rate=0.1, name="x")
    assert dict(run.params) == {"width": 128, "depth": 3, "rate": 0.1, "name": "x"}
    assert run.wait(10)
    assert store.events(run.id, "params") == [
        {"width": 128},
        {"depth": 3},
        {"rate": 0.1, "name": "x"},
    ]


def test_notes_stand_at_their_step(begin: Begin, store: Store) -> None:
    run = begin()
    run.note("begins to overfit", step=400)
    run.note("about the run")
    assert run.wait(10)
    assert store.events(run.id, "note") == [
        {"text": "begins to overfit", "step": 400},
        {"text": "about the run"},
    ]


def test_a_new_attempt_is_said_before_its_points(begin: Begin, store: Store) -> None:
    run = begin()
    run.log({"loss": 1.0}, step=10)
    run.begin_attempt(5)
    run.log({"loss": 2.0}, step=5)
    assert run.wait(10)
    first, second = store.all_batches(run.id)
    assert (first["attempt"], second["attempt"]) == (0, 1)
    assert first["events"][0]["data"] == {"attempt": 1, "from_step": 5}
    assert second["metrics"]["loss"]["v"] == [2.0]


def test_a_run_can_be_continued_by_its_id(begin: Begin, store: Store) -> None:
    first = begin()
    first.log({"loss": 1.0}, step=0)
    first.finish()
    assert first.wait(10)
    second = begin(id=first.id)
    second.log({"loss": 2.0}, step=1)
    assert second.wait(10)
    assert second.id == first.id
    assert store.status(first.id) == "running"
    assert sorted(store.points(first.id, "loss")) == [(0, 1.0), (1, 2.0)]
    assert len(store.batches) == 2


def test_live_runs_are_known_by_their_id(begin: Begin) -> None:
    run = begin()
    assert lifecycle.live_run(run.id) is run
    run.finish()
    assert lifecycle.live_run(run.id) is None


def test_a_disabled_run_records_nothing(tmp_path: Path) -> None:
    run = Run("a/b", config=Config(mode="disabled", directory=tmp_path / "never"))
    run.log({"loss": 1.0})
    run.finish()
    assert run.url is None
    assert not (tmp_path / "never").exists()


def test_settings_without_sense_record_offline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AHNB_MODE", "sometimes")
    run = Run("a/b")
    run.log({"loss": 1.0})
    assert recorded(run)["metrics"]["loss"]["v"] == [1.0]
    run.finish()
    with pytest.raises(ahnb_client.errors.ConfigurationError):
        Run("a/b", strict=True)


def test_a_place_that_cannot_be_written_keeps_records_in_memory(
    config: Config, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    nowhere = Config(config.server, config.key, "a/b", directory=tmp_path / "file" / "spool")
    run = Run(config=nowhere)
    run.log({"loss": 1.0})
    run.finish()
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(0, 1.0)]


def test_many_threads_log_every_point_once(begin: Begin, store: Store) -> None:
    run = begin()
    series = run.series(("batch/loss",))

    def log_part(part: int) -> None:
        for step in range(part, 4000, 8):
            series.append(step, (float(step),))

    threads = [threading.Thread(target=log_part, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run.wait(20)
    assert sorted(store.points(run.id, "batch/loss")) == [(n, float(n)) for n in range(4000)]


def test_metrics_that_come_in_changing_company_stay_whole(begin: Begin, store: Store) -> None:
    run = begin()
    for step in range(100):
        run.log({"loss": float(step), **({"rate": 1.0} if step % 3 == 0 else {})}, step=step)
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(n, float(n)) for n in range(100)]
    assert store.points(run.id, "rate") == [(n, 1.0) for n in range(0, 100, 3)]
    assert len(store.all_batches(run.id)) < 10


def test_values_arrive_bit_for_bit(begin: Begin, store: Store) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, float(np.float32(0.1)), 1e16]
    run = begin()
    for step, value in enumerate(values):
        run.log({"value": value}, step=step)
    run.log({"value": math.inf}, step=100)
    run.log({"value": -math.inf}, step=101)
    assert run.wait(10)
    arrived = [value for _, value in store.points(run.id, "value")]
    assert [math.copysign(1, value) for value in arrived[:7]] == [1, -1, 1, 1, 1, 1, 1]
    assert arrived == [*values, "Infinity", "-Infinity"]


def test_impossible_project_is_told_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(mode="offline", directory=tmp_path / "offline")
    run = Run("My Project", config=config)
    run.log({"loss": 1.0})
    run.finish()
    said = capsys.readouterr().err
    assert "'My Project' is no project; write team/project" in said
    assert f"ahnb sync --project TEAM/PROJECT {run.id}" in said


def test_strict_run_refuses_an_impossible_project(tmp_path: Path) -> None:
    config = Config(mode="offline", directory=tmp_path / "offline")
    with pytest.raises(ConfigurationError, match="write team/project"):
        Run("vision", config=config, strict=True)


def test_secret_among_the_parameters_is_kept_from_the_record(begin, store):
    run = begin(params={"width": 3, "db": {"password": "open-sesame"}})
    run.params["api_key"] = "open-sesame"
    run.finish()
    assert run.wait(10)
    assert run.params["api_key"] == "open-sesame"
    assert store.events(run.id, "params") == [
        {"width": 3, "db": {"password": "***"}},
        {"api_key": "***"},
    ]


def test_a_run_whose_last_segment_holds_no_points_goes_on_behind_those_before(
    offline: Run, tmp_path: Path
) -> None:
    for step in range(8):
        offline.log({"loss": 1.0}, step=step)
    offline.begin_attempt(8)
    offline.note("nothing was logged yet")
    (tmp_path / "offline" / f"{offline.id}-being-made").mkdir()
    past = past_of(offline.id, Config(mode="offline", directory=tmp_path / "offline"))
    assert (past.attempt, past.next_steps) == (1, {"step": 8})


def test_a_run_taken_up_in_another_process_goes_on_as_a_new_attempt(
    program: Program, store: Store
) -> None:
    begun = "import ahnb_client, os, signal\nrun = ahnb_client.run()\n"
    log = "for _ in range(10): run.log({'loss': 0.5})\n"
    killed = f"{begun}{log}os.kill(os.getpid(), signal.SIGKILL)"
    run_id = uuid7()
    program.more = {"AHNB_RUN_ID": run_id}
    for _ in range(2):
        assert program.run(killed).returncode == -signal.SIGKILL
    assert program.run(f"{begun}run.log({{'loss': 0.25}}, step=15)\nrun.finish()").returncode == 0
    assert sorted(store.points(run_id, "loss")) == [
        *((step, 0.5) for step in range(15)),
        *((15, 0.25), (15, 0.5)),
        *((step, 0.5) for step in range(16, 20)),
    ]
    attempts = [batch["attempt"] for batch in store.all_batches(run_id) if batch["metrics"]]
    assert sorted(set(attempts)) == [0, 1, 2]
    begun_at = [event["from_step"] for event in store.events(run_id, "attempt")]
    assert sorted(begun_at) == [10, 15]


def test_only_the_first_run_of_a_process_is_the_given_one(program: Program, store: Store) -> None:
    run_id = uuid7()
    program.more = {"AHNB_RUN_ID": run_id}
    done = program.run("import ahnb_client\nfor _ in range(2):\n  print(ahnb_client.run().id)")
    first, second = done.stdout.split()
    assert first == run_id
    assert second != run_id


@pytest.mark.parametrize("given", ["job-7", "", "5f0c9f5e-6a50-4f0e-9d5e-0d6c2b1a7e11"])
def test_what_is_no_run_id_is_told_and_a_run_begins(
    begin: Begin, store: Store, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    """The last one is a UUID of version 4, which no server takes."""
    run = begin(id=given, strict=False)
    run.log({"loss": 1.0})
    run.finish()
    assert run.wait(10)
    assert run.id != given
    assert store.points(run.id, "loss")
    assert ("is no run id" in capsys.readouterr().err) is bool(given)


def test_where_nothing_is_recorded_nothing_is_said_of_the_end(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(config=dataclasses.replace(config, mode="disabled"))
    run.finish()
    run.log({"loss": 1.0})
    assert "has ended" not in capsys.readouterr().err
