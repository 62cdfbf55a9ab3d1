"""What a dead process left is shipped by the next one, without anybody's help."""

import time
from pathlib import Path

from ahnb_client.transport.shipment import SILENT_END

from ..processes import Program
from ..server import Fault, Store, free_port
from .test_processes import LOG, POINTS

KILLED = f"{LOG}\n    os.kill(os.getpid(), signal.SIGKILL)\n"
OTHER = """
    import ahnb_client
    with ahnb_client.run(name="other") as run:
        run.log({"loss": 1.0})
"""


def spools(program: Program) -> list[str]:
    return sorted(path.name for path in Path(program.settings["AHNB_DIR"]).iterdir())


def test_the_next_process_ships_what_a_killed_one_left(program: Program, store: Store) -> None:
    store.fault = lambda request: Fault(503)
    run_id = program.run(KILLED).stdout.strip()
    store.fault = lambda request: None
    program.more["AHNB_QUIET"] = "1"
    done = program.run(OTHER)
    assert (done.returncode, done.stderr) == (0, "")
    assert store.points(run_id, "loss") == POINTS
    assert store.events(run_id, "status")[-1] == {"status": "failed", "reason": SILENT_END}
    assert spools(program) == []


def test_what_a_live_process_records_is_left_to_it(program: Program, store: Store) -> None:
    process = program.start(f"{LOG}\n    time.sleep(60)\n")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    try:
        assert program.run(OTHER).returncode == 0
        assert SILENT_END not in str(store.events(run_id, "status"))
        assert spools(program) == [run_id]
    finally:
        process.kill()
        process.communicate()


def test_several_processes_at_once_ship_each_spool_once(program: Program, store: Store) -> None:
    store.fault = lambda request: Fault(503)
    killed = [program.run(KILLED).stdout.strip() for _ in range(3)]
    store.fault = lambda request: None
    program.more["AHNB_QUIET"] = "1"
    others = [program.start(OTHER) for _ in range(4)]
    assert [other.communicate()[1] for other in others] == [""] * 4
    for run_id in killed:
        assert store.points(run_id, "loss") == POINTS
        assert len(store.events(run_id, "status")) == 1
    assert spools(program) == []


def test_what_was_recorded_offline_waits_for_sync(program: Program, store: Store) -> None:
    program.more = {"AHNB_MODE": "offline"}
    run_id = program.run(LOG).stdout.strip()
    program.more = {}
    program.run(OTHER)
    assert spools(program) == [run_id]
    assert run_id not in store.runs
    assert program.ahnb("sync").returncode == 0
    assert store.points(run_id, "loss") == POINTS


def test_what_was_meant_for_another_server_goes_nowhere_else(
    program: Program, store: Store
) -> None:
    program.more = {"AHNB_SERVER": f"http://127.0.0.1:{free_port()}"}
    run_id = program.run(KILLED).stdout.strip()
    program.more = {}
    program.run(OTHER)
    assert spools(program) == [run_id]
    assert run_id not in store.runs


def test_a_server_in_trouble_does_not_hold_the_exit(program: Program, store: Store) -> None:
    """The exit waits for leftovers as long as for its own records, 10 s at most, if they move."""
    store.fault = lambda request: Fault(503)
    run_id = program.run(KILLED).stdout.strip()
    store.fault = lambda request: Fault(503) if run_id in request.path else None
    begun = time.monotonic()
    done = program.run(OTHER)
    assert time.monotonic() - begun < 15
    assert done.returncode == 0
    assert spools(program) == [run_id]


def test_an_end_of_a_dead_process_does_not_end_the_run_that_goes_on(
    program: Program, store: Store
) -> None:
    """The server goes by the time of the events: the silent end lies before the new beginning."""
    store.fault = lambda request: Fault(503)
    run_id = program.run(KILLED).stdout.strip()
    store.fault = lambda request: None
    program.run(f"import ahnb_client\nrun = ahnb_client.run(id={run_id!r})\nrun.finish()\n")
    told = [
        (event["at"], event["data"]["status"])
        for batch in store.all_batches(run_id)
        for event in batch["events"]
        if event["kind"] == "status"
    ]
    assert [status for _, status in sorted(told)] == ["failed", "running", "finished"]
