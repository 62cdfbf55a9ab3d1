"""How each figure is measured, and the lines that come of it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.servers.process import free_port, running

from .peers import Programs
from .programs.trackers import CALLBACKS, LOGGERS
from .table import Figure, interval, median, microseconds

Rounds = dict[str, list[dict[str, Any]]]
# What goes wrong with the server, and after which part of the seconds that a run may take.
TROUBLES = {
    "down at the start": ("", 0.0),
    "down in mid-run": ("down", 0.2),
    "black hole at the start": ("hole", 0.0),
    "black hole in mid-run": ("hole", 0.2),
    "slow at the start": ("slow", 0.0),
    "slow in mid-run": ("slow", 0.2),
}
EPOCHS_ONLY = "epochs only"


@dataclass
class Sizes:
    """How much is measured."""

    rounds: int = 10
    peer_rounds: int = 3  # of calls and imports, which take the peers seconds
    fits: int = 5  # in one process, whose start takes longer than they do
    batches: int = 500
    calls: int = 500
    share_rounds: int = 10
    trouble_seconds: float = 6.0
    peers: Sequence[str] = tuple({*CALLBACKS, *LOGGERS} - {"none", "ahnb"})
    backends: Sequence[str] = ("jax", "tensorflow")
    troubles: Sequence[str] = tuple(TROUBLES)

    @classmethod
    def quick(cls) -> Sizes:
        """For two to three minutes: one back end, and the peers that have a hook for batches."""
        peers = ("wandb", "tensorboard", "mlflow")
        troubles = ("black hole in mid-run",)
        return cls(2, 1, 2, 200, 100, 3, 6.0, peers, ("jax",), troubles)

    def with_us(self, trackers: Iterable[str]) -> list[str]:
        """Those of the trackers that are to be measured."""
        return [name for name in trackers if name in ("none", "ahnb", *self.peers)]


def in_turns(
    programs: Programs,
    name: str,
    trackers: Iterable[str],
    sizes: Sizes,
    *arguments: object,
    **env: str,
) -> Rounds:
    """The results of each tracker's program, one of each in a round. Failures are told."""
    found: Rounds = {tracker: [] for tracker in sizes.with_us(trackers)}
    for number in range(sizes.rounds):
        for tracker, results in found.items():
            if tracker not in ("none", "ahnb") and number >= sizes.peer_rounds:
                continue
            result = programs.run(name, tracker, *arguments, **env)
            if "error" in result:
                print(f"{name} {tracker}: {result['error']}", file=sys.stderr)
            results.append(result)
    return found


def without_errors(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [result for result in results if "error" not in result]


def hooks(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """The hook of each batch, beside the peers'."""
    turns = replace(sizes, rounds=sizes.rounds // sizes.fits, peer_rounds=sizes.rounds)
    for backend in sizes.backends:
        ran = in_turns(
            programs, "hooks", CALLBACKS, turns, sizes.batches, sizes.fits, KERAS_BACKEND=backend
        )
        found = {name: _each_fit(results) for name, results in ran.items()}
        half = {name: _of_hooks(results, "p50") for name, results in found.items()}
        tail = {name: _of_hooks(results, "p99") for name, results in found.items()}
        idle, ours = half["none"], half["ahnb"]
        name = f"hook per batch, 4 metrics, {backend}"
        measuring = f" (a hook that does nothing: {idle})"
        p50, p99 = (median(without_errors(found["ahnb"]), "hooks", part) for part in ("p50", "p99"))
        yield Figure(f"{name}, p50", "3 us", ours + measuring, p50 <= 3, half)
        yield Figure(f"{name}, p99", "100 us", tail["ahnb"], p99 <= 100, tail)
        rivals = [
            median(without_errors(found[rival]), "hooks", "p50")
            for rival in ("wandb", "tensorboard")
            if without_errors(found.get(rival, []))
        ]
        if rivals:
            part = p50 / min(rivals)
            yield Figure(
                f"{name}, of the quicker of W&B and TensorBoard", "10 %", f"{part:.1%}", part <= 0.1
            )


def _each_fit(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A result for each fit of the processes, errors and those without hooks as they are."""
    fits: list[dict[str, Any]] = []
    for result in results:
        if "error" in result:
            fits.append(result)
        else:
            fits += [{"hooks": hooks} for hooks in result["hooks"]] or [{"hooks": None}]
    return fits


def _of_hooks(results: list[dict[str, Any]], part: str) -> str:
    good = without_errors(results)
    if not good:
        return results[0]["error"] if results else "–"
    if good[0]["hooks"] is None:
        return EPOCHS_ONLY
    return microseconds(median(good, "hooks", part))


def logs(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """One call with ten scalars, and the wait at the end."""
    found = in_turns(programs, "log", LOGGERS, sizes, sizes.calls)
    cells: dict[str, dict[str, str]] = {"p50": {}, "p99": {}, "end": {}}
    for tracker, results in found.items():
        good = without_errors(results)
        for part in ("p50", "p99"):
            cells[part][tracker] = (
                microseconds(median(good, "call", part)) if good else results[0]["error"]
            )
        if good:
            cells["end"][tracker] = f"{statistics.median(r['end_seconds'] for r in good):.2g} s"
    p50 = median(without_errors(found["ahnb"]), "call", "p50")
    name = "`run.log` of 10 scalars"
    yield Figure(f"{name}, p50", "5 us", cells["p50"]["ahnb"], p50 <= 5, cells["p50"])
    yield Figure(f"{name}, p99", "–", cells["p99"]["ahnb"], None, cells["p99"])
    yield Figure(
        f"… until all {sizes.calls} are delivered", "–", cells["end"]["ahnb"], None, cells["end"]
    )


def share(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """Our part of the training's time."""
    for backend in sizes.backends:
        batches = sizes.batches * (8 if backend == "jax" else 2)  # about as long with both
        result = programs.run("share", batches, 4, sizes.share_rounds, KERAS_BACKEND=backend)
        name = f"our hooks and threads, part of the epoch, {backend}"
        if "error" in result:
            yield Figure(name, "1 %", result["error"], False)
            continue
        total = statistics.median(sum(shares.values()) for shares in result["shares"])
        hook = statistics.median(shares["hooks"] for shares in result["shares"])
        yield Figure(name, "1 %", f"{total:.2%} (hooks {hook:.2%})", total <= 0.01)
        middle, low, high = interval(result["ratios"])
        value = f"{middle:.3f} ({low:.3f} to {high:.3f})"
        yield Figure(f"wall time with us over without, {backend}", "–", value)


def imports(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """The import, without Keras."""
    modules = {"ahnb": "ahnb_client", "run": "ahnb_client.run"} | {
        name: "tensorflow" if name == "tensorboard" else name
        for name in sizes.with_us(LOGGERS)
        if name != "ahnb"
    }
    found: Rounds = {name: [] for name in modules}
    for number in range(sizes.rounds):
        for name, module in modules.items():
            if name in ("ahnb", "run") or number < sizes.peer_rounds:
                found[name].append(programs.run("imports", module))
    cells = {
        name: f"{statistics.median(r['milliseconds'] for r in without_errors(results)):.3g} ms"
        for name, results in found.items()
        if without_errors(results)
    }
    ours = statistics.median(result["milliseconds"] for result in found["ahnb"])
    heavy = sorted({name for result in found["run"] for name in result["heavy"]})
    value = f"{cells['ahnb']} (with all that `Run` needs: {cells['run']})"
    value += f", but loads {', '.join(heavy)}" if heavy else ""
    name = "import without Keras or requests"
    yield Figure(name, "50 ms", value, ours <= 50 and not heavy, cells)


def troubles(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """A server that is out of order costs the training nothing."""
    for name in sizes.troubles:
        kind, share_of_run = TROUBLES[name]
        seconds = share_of_run * sizes.trouble_seconds
        with _faulty(programs, kind, seconds) as address:
            # Some 0.3 ms a step with JAX.
            batches = int(sizes.trouble_seconds / 3 / 0.0003)
            result = programs.run("trouble", batches, 3, KERAS_BACKEND="jax", AHNB_SERVER=address)
        if result.get("fit_seconds", seconds) < 2 * seconds:
            result["error"] = f"the fit of {result['fit_seconds']:.1f} s met too little of it"
        if "error" in result:
            yield Figure(f"server {name}", "5 ms", result["error"], False)
            continue
        p999, idle = result["hooks"]["p999"], result["idle"]["p999"]
        value = f"{microseconds(p999)} (a hook that does nothing: {microseconds(idle)})"
        yield Figure(f"server {name}: hook, p99.9", "5 ms", value, p999 < 5000)
        begin, leave = result["begin_ms"], result["exit_seconds"]
        value = f"{begin:.0f} ms; {leave:.1f} s"
        yield Figure(
            "… `on_train_begin`; exit", "250 ms; 10 s", value, begin <= 250 and leave <= 10
        )


@contextmanager
def _faulty(programs: Programs, kind: str, seconds: float) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    if not kind:
        yield address
        return
    command = [sys.executable, "-m", "benchmarks.client.faulty", str(port), kind, str(seconds)]
    with running(command, port, programs.scratch / "faulty.log"):
        yield address


def equality(programs: Programs, sizes: Sizes) -> Iterator[Figure]:
    """The same bits with and without us."""
    for backend in sizes.backends:
        result = programs.run("equality", 100, 3, KERAS_BACKEND=backend)
        equal = bool(result.get("equal"))
        value = result.get("error") or ("equal" if equal else "different")
        if not result.get("repeats", True):
            value += " (the training does not repeat itself)"
        yield Figure(
            f"weights and history with and without us, {backend}", "bit-equal", value, equal
        )


SECTIONS = {
    "hooks": hooks,
    "share": share,
    "log": logs,
    "import": imports,
    "trouble": troubles,
    "equality": equality,
}


def measured(programs: Programs, sizes: Sizes, sections: Iterable[str]) -> Iterator[Figure]:
    """The figures of these sections, one after another."""
    for section in sections:
        begun = time.monotonic()
        yield from SECTIONS[section](programs, sizes)
        print(f"{section}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
