"""`python -m benchmarks.lint`: what the linter finds in sound programs and in faulty ones.

`--scores` leaves the linter out and says whether sound programs learn and mistakes do harm.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .measures import broken
from .pairs import Pair, Result, named, sample
from .pool import NoLinterError, all_pairs, run_all
from .table import report, scores


def chosen(pairs: list[Pair], options: argparse.Namespace) -> list[Pair]:
    """The pairs that these options mean."""
    pairs = named(pairs, options.only) if options.only else pairs
    return sample(pairs) if options.quick else pairs


def tell(result: Result) -> None:
    """A sign of life for each pair."""
    ids = " ".join(sorted(result.ids))
    print(f"{result.pair.name} {result.seconds:.1f} s {ids}", file=sys.stderr, flush=True)


def plain(results: Sequence[Result]) -> str:
    """All results as JSON; a score that is no number is null."""
    rows = [asdict(result) for result in results]
    for row in rows:
        row["score"] = row["score"] if row["score"] == row["score"] else None
    return json.dumps(rows, indent=1)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lint", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="of each kind one pair of each set")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="programs, kinds, program/kind")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results there, too")
    parser.add_argument("--scores", action="store_true", help="without the linter: who learns")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        pairs = chosen(all_pairs(), options)
        results = run_all(pairs, not options.scores, tell, options.processes)
    except (NoLinterError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(plain(results))
    print(scores(results) if options.scores else report(results))
    return 1 if broken(results) else 0


if __name__ == "__main__":
    sys.exit(main())
