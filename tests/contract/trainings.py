"""Trainings in processes of their own: started, signalled, waited for, and what they wrote."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[2]
PROGRAMS = "tests.contract.programs"
PATIENCE_SECONDS = 120.0  # no test takes as long; only what hangs does

Points = list[tuple[int, float | str]]


class Process(Protocol):
    """What `subprocess.Popen` has too."""

    pid: int

    def wait(self, timeout: float) -> int: ...


class Training:
    """A program that trains, and the folder that it writes the truth into."""

    def __init__(self, process: Process, folder: Path) -> None:
        self._process, self._folder = process, folder
        self._code: int | None = None

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code, as `subprocess` counts: -2 for one that died of SIGINT.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        self._code = self._process.wait(timeout=seconds)
        return self._code

    def end(self) -> None:
        """Kill it if it still runs."""
        if self._code is None:
            self.send(signal.SIGKILL)
            self.wait()

    def send(self, number: signal.Signals) -> None:
        """A real signal."""
        os.kill(self._process.pid, number)

    @property
    def errors(self) -> str:
        """What it wrote to standard error."""
        return (self._folder / "stderr").read_text()

    @property
    def output(self) -> str:
        return (self._folder / "stdout").read_text()

    def has(self, file: str) -> bool:
        return (self._folder / file).exists()

    def read(self, file: str) -> str:
        return (self._folder / file).read_text()

    def touch(self, file: str) -> None:
        (self._folder / file).touch()

    def await_gate(self, epoch: int) -> None:
        """Wait until it stands in the middle of an epoch."""
        await_true(lambda: self.has(f"at-{epoch}"), self)

    def open_gate(self, epoch: int) -> None:
        self.touch(f"go-{epoch}")

    def await_batches(self, number: int) -> None:
        """Wait until it has trained so many batches."""
        await_true(lambda: len(self.truth("fit").get("batch/loss", ())) >= number, self)

    def run_id(self, name: str) -> str:
        return (self._folder / f"{name}.run").read_text()

    def truth(self, name: str) -> dict[str, Points]:
        """Each metric's points, as the program itself wrote them down."""
        series: dict[str, Points] = {}
        path = self._folder / f"{name}.csv"
        text = path.read_text() if path.exists() else ""
        for line in text[: text.rfind("\n") + 1].splitlines():  # the last may be half written
            metric, place, value = line.rsplit(",", 2)
            series.setdefault(metric, []).append((int(place), as_told(float(value))))
        return series


def as_told(value: float) -> float | str:
    """A number as the contract writes it; NaN as text, so that it equals itself."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def await_true(condition: Callable[[], bool], training: Training | None = None) -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: it does not for too long; with what the training said.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, training.errors[-3000:] if training else "nothing happened"
        time.sleep(0.02)


class Child:
    """A program that the nursery runs."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid

    def wait(self, timeout: float) -> int:
        code = self._nursery.ask(wait=self.pid, seconds=timeout)["code"]
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code


class Nursery:
    """The process that has loaded Keras; each program is a fork of it (`programs/nursery.py`)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **request: object) -> dict[str, int | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, int | None] = json.loads(self._process.stdout.readline())
        return answer

    def start(self, program: str, *arguments: str, environment: Mapping[str, str]) -> Child:
        """Run a program of `programs/`; its first argument is its folder."""
        pid = self.ask(
            start=f"{PROGRAMS}.{program}",
            arguments=arguments,
            environment=clean_environment(environment),
            folder=arguments[0],
        )["pid"]
        assert pid is not None
        return Child(self, pid)

    def end(self) -> None:
        """Let it end; nothing of it may still run."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery with TensorFlow, until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", f"{PROGRAMS}.nursery"],
        env=clean_environment({"KERAS_BACKEND": "tensorflow"}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        started = Nursery(process)
        try:
            yield started
        finally:
            started.end()


def start_alone(
    program: str, *arguments: str, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Run a program of `programs/` as a Python of its own."""
    folder = Path(arguments[0])
    with (folder / "stdout").open("wb") as output, (folder / "stderr").open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", f"{PROGRAMS}.{program}", *arguments],
            env=clean_environment(environment),
            stdout=output,
            stderr=errors,
            preexec_fn=hear_interrupts,
        )


def hear_interrupts() -> None:
    """Whoever started the tests in the background may have had SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """This environment without settings of ours, and with `more`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AHNB_", "XDG_", "KERAS_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", **more}
