"""`python -m benchmarks.lint.worker`: runs pairs that it is told on its standard input.

A line is a JSON document with the pair's `program` and `kind`, and whether to `lint`; the answer
is a line with `findings`, `score`, `error` and `seconds`. The first line it writes lists the pairs.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import warnings
from dataclasses import asdict
from typing import Any, TextIO

PROJECT = "lint/bench"


class NoLinter(Exception):
    """The callback of this client finds nothing, as it has no linter."""


def callback() -> Any:
    """The callback as people use it.

    Raises:
        NoLinter: it has no `findings`.
    """
    from ahnb_client import AHNBCallback

    made = AHNBCallback(PROJECT)
    if not hasattr(made, "findings"):
        raise NoLinter("AHNBCallback has no attribute 'findings': this client has no linter")
    return made


def said_by(linter: Any) -> list[dict[str, str]]:
    """The findings of a callback as plain data."""
    return [
        {"id": str(found.id), "severity": str(found.severity), "text": str(found.text)}
        for found in (linter.findings if linter else ())
    ]


def run(program: str, kind: str | None, lint: bool) -> dict[str, Any]:
    """Train one pair; what it raises is part of the answer."""
    import keras

    from . import registry
    from .program import train

    keras.backend.clear_session()
    gc.collect()
    chosen = registry.PROGRAMS[program]
    choices = registry.KINDS[kind].planted(chosen) if kind else chosen.choices
    linter = callback() if lint else None
    begin = time.perf_counter()
    score, error = None, None
    try:
        model, data = train(chosen, choices, [linter] if linter else [])
    except Exception as raised:  # noqa: BLE001 - a mistake may show in any way
        error = f"{type(raised).__name__}: {str(raised)[:300]}"
    else:
        score = scored(chosen, model, data)
    seconds = time.perf_counter() - begin
    return {"findings": said_by(linter), "score": score, "error": error, "seconds": seconds}


def scored(program: Any, model: Any, data: Any) -> float | None:
    """The score on test data; None where predictions are of another shape than labels."""
    try:
        return float(program.score(model, data))
    except ValueError:
        return None


def answers(out: TextIO) -> None:
    """List the pairs, then answer line by line."""
    from . import registry

    print(json.dumps([asdict(pair) for pair in registry.pairs()]), file=out, flush=True)
    for line in sys.stdin:
        try:
            answer = run(**json.loads(line))
        except NoLinter as missing:
            answer = {"no_linter": str(missing)}
        print(json.dumps(answer), file=out, flush=True)


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what programs and libraries print must not come among the answers
    warnings.simplefilter("ignore")
    answers(out)


if __name__ == "__main__":
    main()
