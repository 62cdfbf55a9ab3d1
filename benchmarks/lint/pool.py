"""Worker processes for pairs: TensorFlow is loaded once for many, and none runs for ever."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

from .pairs import Finding, Pair, Result

START_SECONDS = 240.0  # importing TensorFlow on a busy machine
PAIR_SECONDS = 120.0
PAIRS_PER_PROCESS = 60  # what TensorFlow keeps of each model would pile up


class NoLinterError(Exception):
    """The client has no linter that could be measured."""


class GoneError(Exception):
    """A worker is out of time, or ended by itself."""


def environment(folder: Path) -> dict[str, str]:
    """No server, a spool of its own, one thread: the workers share the cores."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AHNB_")}
    return {
        **kept,
        "AHNB_MODE": "offline",
        "AHNB_DIR": str(folder / "spool"),
        "HOME": str(folder),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


class Worker:
    """One process, and the pairs that it listed when it began."""

    def __init__(self, folder: Path) -> None:
        with (folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.lint.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(folder),
            )
        self.left = PAIRS_PER_PROCESS
        self.pairs = [Pair(**{**p, "right": tuple(p["right"])}) for p in self._line(START_SECONDS)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop the process; it may be in the middle of something."""
        self.process.kill()
        self.process.communicate()

    def _line(self, seconds: float) -> Any:
        """The next line that it writes, read as JSON.

        Raises:
            GoneError: none came in time, or the process ended.
        """
        out = self.process.stdout
        assert out is not None
        if not select.select([out], [], [], seconds)[0]:
            raise GoneError(f"not ready after {seconds:.0f} s")
        if not (line := out.readline()):
            raise GoneError(f"the process ended with status {self.process.wait()}")
        return json.loads(line)

    def run(self, pair: Pair, lint: bool) -> Result:
        """Train a pair.

        Raises:
            GoneError: there is no answer; this worker is of no more use.
            NoLinterError: there is nothing that could find anything.
        """
        assert self.process.stdin is not None
        self.left -= 1
        job = {"program": pair.program, "kind": pair.kind, "lint": lint}
        try:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise GoneError("the process had ended") from None
        answer = self._line(PAIR_SECONDS)
        if "no_linter" in answer:
            raise NoLinterError(answer["no_linter"])
        findings = tuple(Finding(**found) for found in answer.pop("findings"))
        return Result(pair, findings, **answer)


class Pool:
    """Some workers that take pairs from one queue."""

    def __init__(self, folder: Path, lint: bool, told: Callable[[Result], None]) -> None:
        self.folder, self.lint, self.told = folder, lint, told
        self.results: dict[str, Result] = {}
        self.waiting: queue.SimpleQueue[Pair] = queue.SimpleQueue()
        self.broken: Exception | None = None

    def work(self) -> None:
        """Take pairs until there is none, in ever new processes."""
        try:
            while not self.waiting.empty() and not self.broken:
                with Worker(self.folder) as worker:
                    self.use(worker)
        except (NoLinterError, GoneError) as error:  # GoneError: of a start
            self.broken = error

    def use(self, worker: Worker) -> None:
        """Let a worker train until it is used up or gone."""
        while worker.left and not self.broken:
            try:
                pair = self.waiting.get_nowait()
            except queue.Empty:
                return
            try:
                result = worker.run(pair, self.lint)
            except GoneError as gone:
                self.results[pair.name] = Result(pair, failure=str(gone))
                return
            self.results[pair.name] = result
            self.told(result)


def all_pairs() -> list[Pair]:
    """What there is, as a process says that may load Keras."""
    with tempfile.TemporaryDirectory(prefix="ahnb-lint-") as folder, Worker(Path(folder)) as worker:
        return worker.pairs


def run_all(
    pairs: Iterable[Pair], lint: bool, told: Callable[[Result], None], processes: int = 2
) -> list[Result]:
    """Run pairs, in their order in the answer.

    Raises:
        NoLinterError: the client has no linter.
        GoneError: a worker did not even begin.
    """
    chosen = [*pairs]
    with tempfile.TemporaryDirectory(prefix="ahnb-lint-") as folder:
        pool = Pool(Path(folder), lint, told)
        for pair in chosen:
            pool.waiting.put(pair)
        threads = [threading.Thread(target=pool.work) for _ in range(processes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if pool.broken:
        raise pool.broken
    return [pool.results[pair.name] for pair in chosen]
