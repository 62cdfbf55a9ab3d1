"""What was measured, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .measures import broken, crashed, false_positives, flips, recall, recall_per_kind, sound
from .pairs import GROUPS, Result


def report(results: Sequence[Result]) -> str:
    """Each set for itself, then all together, then what failed."""
    lines: list[str] = []
    for group in GROUPS:
        chosen = [r for r in results if r.pair.group == group]
        if chosen:
            lines += [f"## {group}", *section(chosen, results), ""]
    lines += ["## all", *section(results, results), "", *failures(results)]
    return "\n".join(lines)


def section(chosen: Sequence[Result], results: Sequence[Result]) -> Iterator[str]:
    """The figures of one set; sound twins are looked up among all results."""
    if programs := sound(chosen):
        wrong = false_positives(chosen)
        mean = len(wrong) / len(programs)
        yield (
            f"warnings and errors per sound program: {mean:.2f} "
            f"({len(wrong)} in {len(programs)} programs)"
        )
        for one in wrong:
            found = one.finding
            yield f"  {one.program}: {found.id} ({found.severity}) {found.text}"
    for kind, share in recall_per_kind(chosen).items():
        yield f"found {kind:22} {share}"
    total, flipped = recall(chosen), flips(chosen, results)
    if total.whole:
        yield f"found in total               {total}"
        yield f"of these absent from the sound twin: {flipped}"
        yield f"ended in an error: {crashed(chosen)}"


def failures(results: Sequence[Result]) -> Iterator[str]:
    """What has no figures because it did not run."""
    failed = broken(results)
    yield f"did not run: {len(failed)} of {len(results)}"
    for name, reason in failed:
        yield f"  {name}: {reason}"


def scores(results: Sequence[Result]) -> str:
    """Which sound programs learn, and which mistakes do harm."""
    programs = [r for r in results if r.pair.kind is None]
    lines = [f"{r.pair.name:44} {said(r)}" for r in results]
    missed = [r.pair.name for r in programs if not r.is_good]
    harmful = [r for r in results if r.pair.lowers_score and not r.failure]
    harmless = [r.pair.name for r in harmful if r.is_good]
    lines += [
        "",
        f"sound programs that reach their score: {len(programs) - len(missed)}/{len(programs)}",
        *(f"  not {name}" for name in missed),
        f"mistakes that do as much harm as they should: {len(harmful) - len(harmless)}"
        f"/{len(harmful)}",
        *(f"  not {name}" for name in harmless),
        *failures(results),
    ]
    return "\n".join(lines)


def said(result: Result) -> str:
    """A score beside the least that the sound program has to reach."""
    if reason := result.failure or result.error:
        return reason.splitlines()[0][:90]
    if result.score is None:
        return "no score: predictions are of another shape than labels"
    sign = "≥" if result.is_good else "<"
    return f"{result.score:10.3f} {sign} {result.pair.floor}  {result.seconds:.1f} s"
