"""The load of machine and process over time, as metrics ``system/…``, by a thread of its own.

Needs psutil, and nvidia-ml-py for GPUs: the extra ``system``. Without them nothing is recorded.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ahnb_client.transport.loading import COURTESY_SECONDS

if TYPE_CHECKING:
    from ahnb_client.run import Run

VARIABLE = "AHNB_SYSTEM_SECONDS"
SECONDS = 10.0
FIRST_SECONDS = 1.0  # a short training has at least one sample
LEAST_SECONDS = 0.1

Reader = Callable[[], Mapping[str, float]]


def interval_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """Return the seconds between two samples; 0 when AHNB_SYSTEM_SECONDS wants none."""
    try:
        seconds = float(environ.get(VARIABLE) or SECONDS)
    except ValueError:
        return SECONDS
    return max(seconds, LEAST_SECONDS) if seconds > 0 else 0.0


def readers() -> list[Reader]:
    """Return what can be asked on this machine; empty where psutil is not installed."""
    try:
        import psutil
    except ImportError:
        return []
    process = psutil.Process()
    process.cpu_percent()  # the load since the last call: the first has nothing to tell
    psutil.cpu_percent()
    reads_and_writes = hasattr(process, "io_counters")
    return [
        lambda: {
            "cpu_percent": process.cpu_percent(),
            "memory_bytes": process.memory_info().rss,
            "threads": process.num_threads(),
        },
        lambda: _of_machine(psutil),
        *([lambda: _of_disk(process.io_counters())] if reads_and_writes else []),
        *_gpu_readers(),
    ]


def sample(asked: list[Reader]) -> dict[str, float]:
    """Return ``{"system/cpu_percent": …}``; what cannot be read now is left out."""
    found: dict[str, float] = {}
    for reader in asked:
        with contextlib.suppress(Exception):
            found |= {f"system/{name}": float(value) for name, value in reader().items()}
    return found


class Sampler:
    """Records samples into the runs that are under way, from one thread for all of them."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, run: "Run") -> None:
        """Record into `run` until `release`."""
        with self._lock:
            self._runs[run.id] = run
            self._wake.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ahnb-system", daemon=True)
                self._thread.start()

    def release(self, run: "Run") -> None:
        """Record nothing more into `run`; after this call no sample is under way."""
        with self._lock:
            self._runs.pop(run.id, None)
            if not self._runs:
                self._wake.set()

    def _work(self) -> None:
        if not self._goes_on(COURTESY_SECONDS):
            return
        asked = readers()
        seconds = min(FIRST_SECONDS, interval_seconds())
        while asked and self._goes_on(seconds):
            self._record(sample(asked))
            seconds = interval_seconds() or SECONDS
        if not asked:
            with self._lock:
                self._thread = None

    def _goes_on(self, seconds: float) -> bool:
        """Wait; whether there is still a run. Without one the next run needs a new thread."""
        self._wake.wait(seconds)
        with self._lock:
            if not self._runs:
                self._thread = None
            return bool(self._runs)

    def _record(self, found: dict[str, float]) -> None:
        with self._lock:
            for run in self._runs.values():
                if run.status == "running":
                    run.log(found, unit="time")


_sampler = Sampler()


def watch(run: "Run") -> None:
    """Have the load recorded in `run` while it goes on, if AHNB_SYSTEM_SECONDS is not 0."""
    global _sampler
    if not interval_seconds():
        return
    if _sampler.process != os.getpid():  # a forked child has neither the thread nor the runs
        _sampler = Sampler()
    _sampler.watch(run)


def release(run: "Run") -> None:
    """Record nothing more of the load in `run`."""
    if _sampler.process == os.getpid():
        _sampler.release(run)


def _of_machine(psutil: Any) -> dict[str, float]:
    memory = psutil.virtual_memory()
    return {
        "machine_cpu_percent": psutil.cpu_percent(),
        "machine_memory_percent": memory.percent,
        "machine_memory_available_bytes": memory.available,
        "disk_percent": psutil.disk_usage(".").percent,
    }


def _of_disk(counters: Any) -> dict[str, float]:
    return {"disk_read_bytes": counters.read_bytes, "disk_written_bytes": counters.write_bytes}


def _gpu_readers() -> Iterator[Reader]:
    """A reader for each NVIDIA GPU, where driver and nvidia-ml-py are there."""
    try:
        import pynvml

        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except Exception:  # noqa: BLE001 - no package, no driver, no GPU, no right to ask
        return
    for index in range(count):
        with contextlib.suppress(Exception):
            yield _gpu_reader(pynvml, pynvml.nvmlDeviceGetHandleByIndex(index), f"gpu{index}")


def _gpu_reader(pynvml: Any, handle: Any, name: str) -> Reader:
    """Each figure alone: a driver may know the one and not the other."""
    figures: dict[str, Callable[[], float]] = {
        "percent": lambda: pynvml.nvmlDeviceGetUtilizationRates(handle).gpu,
        "memory_bytes": lambda: pynvml.nvmlDeviceGetMemoryInfo(handle).used,
        "watts": lambda: pynvml.nvmlDeviceGetPowerUsage(handle) / 1000,
        "celsius": lambda: pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU),
    }

    def read() -> dict[str, float]:
        found = {}
        for figure, ask in figures.items():
            with contextlib.suppress(Exception):
                found[f"{name}_{figure}"] = ask()
        return found

    return read
