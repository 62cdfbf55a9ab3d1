"""Rolling restarts and a migration under load: `python -m benchmarks.rolling [--rounds 3]`.

Two processes behind nginx take 100 batches a second from 20 writers. Each is told to end (SIGTERM)
and started again, one after the other. Then a migration of the kinds that change tables in use
runs, while somebody's long transaction is in its way. Counted are answers of 500 and more,
connections that broke, and points: what was acknowledged must be there, once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .report import Row, machine, table, yes
from .scale import await_ready, command, prepared, shared_environment
from .servers import ahnb, database, nginx
from .servers.process import ROOT, await_port, end, free_port
from .steady import Steady
from .tomorrow import PACKAGE, Sitting, next_version

WRITERS, RATE = 20, 100.0
MOST_FAILED = 0.001
SITTING_SECONDS = 6.0
SETTINGS = f"""
from ahnb_platform.settings import *
MIGRATION_MODULES = {{"runs": "{PACKAGE}"}}
"""


@dataclass
class Process:
    """One of the server's processes, which may be ended and started again on its port."""

    data: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.data.with_suffix(".log")
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command(self.port),
                cwd=ROOT,
                env={**os.environ, **self.environment, "AHNB_DATA_DIR": str(self.data)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        await_port(self.process, self.port, log)
        await_ready(self.port)

    def end(self) -> None:
        assert self.process
        end(self.process)


def restart_all(processes: list[Process], rounds: int) -> None:
    for _ in range(rounds):
        for process in processes:
            process.end()
            process.start()
            time.sleep(1)


def migrate(scratch: Path, sockets: Path) -> float:
    """Seconds of the next version's migration, with a long transaction in its way."""
    next_version(scratch)
    (scratch / "settings_of_tomorrow.py").write_text(SETTINGS)
    path = os.pathsep.join(map(str, (scratch, ROOT, ROOT / "platform")))
    given = {"DJANGO_SETTINGS_MODULE": "settings_of_tomorrow", "PYTHONPATH": path}
    sitting = Sitting(lambda: database.connect(sockets), SITTING_SECONDS)
    sitting.start()
    if not sitting.looks.wait(10):
        raise SystemExit("the long transaction did not begin")
    begun = time.monotonic()
    words = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"]
    data = {"AHNB_DATA_DIR": str(scratch / "migrating")}
    environment = {**os.environ, **shared_environment(scratch, sockets), **data, **given}
    subprocess.run(words, cwd=ROOT, env=environment, check=True)
    sitting.join()
    return time.monotonic() - begun


def lost(server: ahnb.Server, steady: Steady) -> int:
    """Acknowledged batches whose point is not there, and points that are there twice."""
    wrong = 0
    for run, numbers in steady.acked.items():
        path = f"runs/{run}/series/?metric=steady&points=100000"
        found = server.call("GET", path)["metrics"]["steady"]["max"]
        wrong += len(set(map(float, numbers)) ^ set(found)) + len(found) - len(set(found))
    return wrong


def under_load(server: ahnb.Server, port: int) -> Steady:
    runs = [server.create_run() for _ in range(WRITERS)]
    return Steady(port, server.token, runs, rate=RATE)


def measure(scratch: Path, rounds: int) -> list[Row]:
    with database.cluster(scratch / "postgresql") as sockets, ExitStack() as stack:
        environment = shared_environment(scratch, sockets)
        processes = [Process(scratch / name, environment) for name in ("one", "other")]
        for process in processes:
            process.start()
            stack.callback(process.end)
        folder = scratch / "nginx"
        port = stack.enter_context(nginx.proxying([one.port for one in processes], folder))
        server = prepared(scratch, sockets, port)
        rolling = under_load(server, port)
        with rolling.going_on():
            time.sleep(1)
            restart_all(processes, rounds)
        migrating = under_load(server, port)
        with migrating.going_on():
            time.sleep(1)
            seconds = migrate(scratch, sockets)
            time.sleep(1)
        return [
            *rows_of(f"{2 * rounds} restarts", server, rolling),
            *rows_of(f"a migration of {seconds:.1f} s", server, migrating),
        ]


def rows_of(what: str, server: ahnb.Server, steady: Steady) -> list[Row]:
    wrong, share = lost(server, steady), steady.failed / steady.total
    acked = sum(map(len, steady.acked.values()))
    told = ", ".join(f"{status or 'broken'}: {n}" for status, n in sorted(steady.statuses.items()))
    return [
        Row(f"{what}: answers", told),
        Row("… 5xx and broken", f"{share:.3%}", goal="0.1 %", reached=yes(share < MOST_FAILED)),
        Row(f"… lost or doubled of {acked:,}", str(wrong), goal="0", reached=yes(wrong == 0)),
        Row("… longest wait of a batch", f"{steady.longest:.2f} s"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="restarts of each process")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        rows = measure(Path(folder), rounds)
    print(f"\n{machine()}\n{RATE:.0f} batches a second, {WRITERS} writers\n")
    print(table(rows))


if __name__ == "__main__":
    main()
