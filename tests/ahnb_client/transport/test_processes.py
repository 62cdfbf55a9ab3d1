"""Real processes that are killed, told to stop, fork, or just end."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ahnb_client.transport.shipment import SILENT_END

from ..processes import Program
from ..server import KEY, Fault, Store, StubServer, free_port, serving

LOG = """
    import os, signal, sys, time
    import ahnb_client
    run = ahnb_client.Run()
    for step in range(1000):
        run.log({"loss": step / 3}, step=step)
    print(run.id, flush=True)
"""
POINTS = [(step, step / 3) for step in range(1000)]


@pytest.mark.parametrize(
    ("ending", "code", "status"),
    [
        ("pass", 0, "finished"),
        ("run.finish('failed', 'gave up')", 0, "failed"),
        ("raise ValueError('no good')", 1, "failed"),
        ("sys.exit(3)", 3, "failed"),
        ("sys.exit(0)", 0, "finished"),
        ("sys.exit('in words')", 1, "failed"),
        ("run.wait(10); raise KeyboardInterrupt", -signal.SIGINT, "interrupted"),
        ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)", -signal.SIGTERM, "preempted"),
    ],
    ids=lambda part: str(part).partition("(")[0],
)
def test_every_end_is_told_and_keeps_its_exit_code(
    program: Program, store: Store, ending: str, code: int, status: str
) -> None:
    done = program.run(f"{LOG}\n    {ending}\n")
    run_id = done.stdout.strip()
    assert done.returncode == code
    assert store.status(run_id) == status
    assert store.points(run_id, "loss") == POINTS
    assert not Path(program.settings["AHNB_DIR"], run_id).exists()


def test_a_handler_of_the_program_keeps_the_signal(program: Program, store: Store) -> None:
    done = program.run(
        f"""
    import signal
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)){LOG}
    os.kill(os.getpid(), signal.SIGTERM)
    """.replace("import signal\n", "import signal, sys\n", 1)
    )
    assert done.returncode == 0
    assert store.status(done.stdout.strip()) == "finished"


def test_an_exception_is_shown_as_always(program: Program) -> None:
    done = program.run(f"{LOG}\n    raise ValueError('no good')\n")
    assert done.stderr.rstrip().endswith("ValueError: no good")


def test_killed_at_any_moment_every_record_that_was_made_arrives(
    program: Program, store: Store
) -> None:
    code = """
        import sys
        import ahnb_client
        run = ahnb_client.Run()
        print(run.id, flush=True)
        step = 0
        while True:
            run.log({"loss": float(step)}, step=step)
            sys.stdout.write(f"{step}\\n")
            sys.stdout.flush()
            step += 1
    """
    for number in range(4):
        process = program.start(code)
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        for _ in range(300 * number + 10):
            process.stdout.readline()
        process.kill()
        made = process.stdout.read().splitlines()
        process.communicate()
        synced = program.ahnb("sync", run_id)
        assert synced.returncode == 0, synced.stdout + synced.stderr
        last = int(made[-1]) if made else 300 * number + 9
        steps = [step for step, _ in store.points(run_id, "loss")]
        assert steps == list(range(len(steps)))
        assert len(steps) > last
        assert store.events(run_id, "status")[-1]["reason"] == SILENT_END


def test_without_a_server_the_program_ends_soon_and_says_how_to_go_on(
    program: Program, store: Store
) -> None:
    port = free_port()
    program.more = {"AHNB_SERVER": f"http://127.0.0.1:{port}", "AHNB_EXIT_TIMEOUT": "1"}
    done = program.run(LOG)
    run_id = done.stdout.strip()
    assert done.returncode == 0
    assert f"ahnb sync {run_id}" in done.stderr
    assert KEY not in done.stderr
    with serving(store, port):
        assert program.ahnb("sync").returncode == 0
    assert store.points(run_id, "loss") == POINTS
    assert store.status(run_id) == "finished"


def test_a_server_that_comes_back_gets_everything(program: Program, store: Store) -> None:
    port = free_port()
    program.more = {"AHNB_SERVER": f"http://127.0.0.1:{port}"}
    process = program.start(f"{LOG}\n    sys.exit(0 if run.wait(20) else 1)\n")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    with serving(store, port):
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert store.points(run_id, "loss") == POINTS
    assert store.status(run_id) == "finished"


def test_a_server_that_never_answers_does_not_hold_the_exit(program: Program) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        address = f"http://127.0.0.1:{black_hole.getsockname()[1]}"
        program.more = {"AHNB_SERVER": address, "AHNB_EXIT_TIMEOUT": "0.5"}
        program.timeout = 15
        done = program.run(LOG)
    assert done.returncode == 0
    assert "ahnb sync" in done.stderr


def test_a_revoked_token_is_told_once_and_the_records_wait(program: Program, store: Store) -> None:
    store.fault = lambda request: Fault(401, b'{"detail": "token revoked", "code": "revoked"}')
    done = program.run(LOG)
    assert done.stderr.count("token revoked; recording goes on") == 0
    assert done.stderr.count("recording goes on") == 1
    store.fault = lambda request: None
    assert program.ahnb("sync").returncode == 0
    assert store.points(done.stdout.strip(), "loss") == POINTS


def test_a_forked_child_is_silent_and_the_parent_goes_on(program: Program, store: Store) -> None:
    done = program.run(
        """
        import os, sys, threading, time
        import ahnb_client
        run = ahnb_client.Run()
        series = run.series(("loss",))
        busy = True

        def log_always():
            step = 10_000
            while busy:
                run.log({"other": 1.0}, step=step)
                step += 1
                time.sleep(0.0002)

        thread = threading.Thread(target=log_always)
        thread.start()
        for step in range(20):
            series.append(step, (float(step),))
            child = os.fork()
            if child == 0:
                series.append(step, (-1.0,))
                run.log({"other": -1.0})
                run.note("from the child")
                run.finish("failed")
                sys.exit(0)
            assert os.waitpid(child, 0)[1] == 0
        busy = False
        thread.join()
        print(run.id, threading.active_count())
        """
    )
    run_id, threads = done.stdout.split()
    assert done.returncode == 0, done.stderr
    assert store.points(run_id, "loss") == [(step, float(step)) for step in range(20)]
    assert -1.0 not in [value for _, value in store.points(run_id, "other")]
    assert store.events(run_id, "note") == []
    assert store.status(run_id) == "finished"
    assert int(threads) == 2
    (stored,) = store.batches.values()
    assert sorted(stored) == list(range(1, len(stored) + 1))


def test_a_child_may_record_a_run_of_its_own(program: Program, store: Store) -> None:
    done = program.run(
        """
        import os, sys
        import ahnb_client
        parent = ahnb_client.Run(name="parent")
        child = os.fork()
        if child == 0:
            with ahnb_client.run(name="child") as run:
                run.log({"loss": 1.0})
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """
    )
    assert done.returncode == 0, done.stderr
    assert sorted(run["name"] for run in store.runs.values()) == ["child", "parent"]
    assert [store.status(run_id) for run_id in store.runs] == ["finished", "finished"]


def test_a_child_that_outlives_its_parent_does_not_hold_the_spool(
    program: Program, store: Store
) -> None:
    code = f"{LOG}\n    os.fork() or time.sleep(30)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    process = program.start(code)
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    process.wait(20)
    assert program.ahnb("sync", run_id).returncode == 0
    assert len(store.points(run_id, "loss")) == 1000
    process.stdout.close()
    if process.stderr:
        process.stderr.close()


def test_fifty_runs_leave_one_thread_and_no_open_file(program: Program, store: Store) -> None:
    done = program.run(
        """
        import os, threading, time
        import ahnb_client

        def state():
            return threading.active_count(), len(os.listdir("/proc/self/fd"))

        for number in range(50):
            with ahnb_client.run() as run:
                run.log({"loss": 1.0})
            assert run.wait(20)
            if number == 0:
                time.sleep(0.1)
                before = state()
        time.sleep(0.1)
        after = state()
        print(after[0] - before[0], after[1] - before[1])
        """
    )
    threads, files = map(int, done.stdout.split())
    assert (threads, files) <= (1, 2), done.stderr
    assert len(store.runs) == 50


def test_a_small_full_disk_loses_nothing_that_fits_into_memory(
    program: Program, store: Store, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o size=64k none "{small}" && "$@"']
    if subprocess.run([*mount, "sh", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    program.more = {"AHNB_DIR": str(small)}
    import sys

    done = subprocess.run(
        [*mount, "sh", sys.executable, "-c", __import__("textwrap").dedent(LOG)],
        env=program.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    run_id = done.stdout.strip()
    assert done.stderr.count("keeping them in memory") == 1
    assert store.points(run_id, "loss") == POINTS
    assert store.status(run_id) == "finished"


def test_neither_spool_nor_output_ever_hold_the_token(
    program: Program, server: StubServer, store: Store
) -> None:
    store.fault = lambda request: Fault(500)
    program.more = {"AHNB_EXIT_TIMEOUT": "0.3"}
    done = program.run(LOG)
    root = Path(program.settings["AHNB_DIR"])
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert all(KEY.encode() not in path.read_bytes() for path in files)
    assert KEY not in done.stdout + done.stderr


def test_a_live_run_is_left_alone_by_sync(program: Program, store: Store) -> None:
    process = program.start(f"{LOG}\n    time.sleep(30)\n")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    try:
        synced = program.ahnb("sync")
        assert synced.returncode == 0
        assert f"{run_id}  recording" in synced.stdout
    finally:
        process.kill()
        process.communicate()
    deadline = time.monotonic() + 10
    while program.ahnb("sync").returncode and time.monotonic() < deadline:
        os.sched_yield()
    assert store.status(run_id) == "failed"
