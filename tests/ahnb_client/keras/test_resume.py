"""A job that is killed and started over goes on with its run, as Keras' backup goes on with it."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from ahnb_client import record
from ahnb_client.resuming import Backup, Memory
from tests.ahnb_client.keras.programs import ended, nursery_of, results_of
from tests.ahnb_client.keras.records import Records
from tests.contract.trainings import Nursery

pytestmark = pytest.mark.keras


def killed(nursery: Nursery | None, **environment: str) -> None:
    done = ended("trainings_restored", nursery, {"DIES": "1", **environment})
    assert done.code == -signal.SIGKILL, done.errors[-2000:]


def attempts_of(spool: Path, name: str) -> list[tuple[int, int]]:
    """The attempt and step of each point of a metric, by attempt."""
    found = []
    for segment in spool.glob("*/*.seg"):
        series: dict[int, tuple[str, ...]] = {}
        for _, payload in record.frames(segment.read_bytes()):
            prefix = record.prefix_of(payload)
            if prefix.kind == record.SERIES:
                number, _, names = record.unpack_series(payload)
                series[number] = names
            elif prefix.kind != record.EVENT and name in series[prefix.series]:
                place = bool(prefix.flags & record.HAS_AT_STEP)
                struct = record.point_struct(len(series[prefix.series]), at_step=place)
                found.append((prefix.attempt, struct.unpack(payload)[4]))
    return sorted(found)


@pytest.mark.parametrize("backend", ["tensorflow", pytest.param("jax", marks=pytest.mark.slow)])
def test_job_that_was_killed_goes_on_in_its_run(request, backend, tmp_path, spool):
    nursery = nursery_of(request, backend)
    environment = {
        "KERAS_BACKEND": backend,
        "BACKUP": str(tmp_path / "backup"),
        "AHNB_DIR": str(spool),
        "AHNB_MODE": "offline",
        "AHNB_PROJECT": "team/project",
        "HOME": str(tmp_path),
    }
    killed(nursery, **environment)
    (header,) = spool.glob("*/header.json")
    run_id = json.loads(header.read_text())["run_id"]
    done = results_of("trainings_restored", nursery=nursery, **environment)
    assert done == {"run": run_id, "backup": False}
    records = Records(spool, run_id)
    assert records.data_of("attempt") == [{"attempt": 1, "from_step": 8}]
    assert records.statuses[-1] == "finished"
    assert sorted(attempts_of(spool, "batch/loss")) == [
        *[(0, step) for step in range(10)],
        *[(1, step) for step in range(8, 16)],
    ]
    assert attempts_of(spool, "loss") == [(0, 0), (0, 1), (1, 2), (1, 3)]
    # The training has ended, its backup is gone: the next one is another run.
    assert results_of("trainings_restored", nursery=nursery, **environment)["run"] != run_id


class BackupAndRestore:
    """Has a folder as Keras' own has."""

    def __init__(self, backup_dir: Any) -> None:
        self.backup_dir = backup_dir


def test_note_is_kept_beside_the_backup(tmp_path):
    backup = Backup.among([object(), BackupAndRestore(tmp_path / "new")])
    assert backup.read() is None
    memory = Memory("an id", attempt=2)
    for epoch in range(1, 21):
        memory.begin_epoch(epoch, 5 * epoch)
    backup.write(memory)
    assert backup.read() == memory
    assert sorted(memory.starts) == list(range(11, 21))
    assert (memory.start_of(15), memory.start_of(4), memory.start_of(22)) == (75, 20, 110)
    (tmp_path / "new" / "ahnb-run.json").write_text('{"run_id": ')
    assert backup.read() is None
    backup.forget()
    backup.forget()


def test_backup_on_another_machine_is_left_alone():
    assert Backup.among([BackupAndRestore("gs://bucket/backup")]) is None


def test_run_that_was_named_goes_on_by_the_epoch_that_the_fit_begins_with(
    rows, classifier, spool, monkeypatch
):
    from ahnb_client import AHNBCallback

    first = AHNBCallback(strict=True)
    classifier().fit(*rows, batch_size=10, epochs=2, verbose=0, callbacks=[first])
    for attempt, (begin, step) in enumerate([(2, 8), (0, 0)], 1):
        again = AHNBCallback(strict=True)
        again._options["id"] = first.run.id  # as AHNB_RUN_ID does for the first run of a process
        settings = {"batch_size": 10, "epochs": 3, "initial_epoch": begin, "verbose": 0}
        classifier().fit(*rows, **settings, callbacks=[again])
        begun = Records(spool, first.run.id).data_of("attempt")
        assert begun[-1] == {"attempt": attempt, "from_step": step}
