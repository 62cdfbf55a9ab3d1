"""Compare two runs: parameters, metrics, model, packages and code; what differs comes first.

The exit code is 3 if anything but the metrics differs, 0 if not.
"""

import argparse
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from ..client import Client, RunRecord
from .printing import RUN_HELP, as_json, table, value

NAME = "diff"
HELP = "compare two runs"
DIFFERS = 3
_MISSING = "-"
_LINES = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="RUN", help=RUN_HELP)
    parser.add_argument("second", metavar="RUN", help="another one")
    parser.add_argument("--all", action="store_true", help="also what is the same")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Ask for both and compare."""
    client = Client()
    runs = [client.run(name) for name in (options.first, options.second)]
    records = [run.record() for run in runs]
    facts = [facts_of(run, record) for run, record in zip(runs, records, strict=True)]
    parts = {part: compare(facts[0][part], facts[1][part]) for part in facts[0]}
    code = list(code_difference(*(record["code"] or {} for record in records)))
    names = [f"{run.project}#{run.number}" for run in runs]
    if options.json:
        print(as_json({"runs": names, **parts, "code": code}))
    else:
        print(_in_words(names, parts, code, with_same=options.all))
    differs = code or any(found["different"] for part, found in parts.items() if part != "metrics")
    return DIFFERS if differs else 0


def facts_of(run: RunRecord, record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is compared, as flat tables by part."""
    environment = record["environment"] or {}
    model = record["model"] or {}
    layers = {
        str(layer.get("name")): value([layer.get("class"), layer.get("output_shape")])
        for layer in model.get("layers") or []
    }
    about = {name: model.get(name) for name in ("class", "dtype", "backend") if model}
    return {
        "params": run.flat_params(),
        "metrics": {name: told["last"] for name, told in run.metrics.items()},
        "model": {**about, **{f"layer {name}": told for name, told in layers.items()}},
        "packages": {
            **{name: environment[name] for name in ("python",) if name in environment},
            **(environment.get("packages") or {}),
        },
    }


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return `{different: {name: [a, b]}, same: {name: a}}`; what one lacks is None there."""
    names = [*first, *(name for name in second if name not in first)]
    pairs = {name: [first.get(name), second.get(name)] for name in names}
    return {
        "different": {name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        "same": {name: pair[0] for name, pair in pairs.items() if pair[0] == pair[1]},
    }


def code_difference(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[str]:
    """Return in lines how the code differs: commit, uncommitted changes, files."""
    old, new = sources_of(first), sources_of(second)
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            before, after = (texts.get(name, "").splitlines() for texts in (old, new))
            yield from difflib.unified_diff(before, after, name, name, lineterm="")


def sources_of(code: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the record: commit, uncommitted changes, each file or cell."""
    git = code.get("git") or {}
    texts = {"commit": str(git.get("commit") or "")}
    texts["uncommitted changes"] = str(git.get("diff") or "")
    for kind in ("modules", "cells"):
        for number, file in enumerate(code.get(kind) or []):
            name = file.get("path") or f"cell {number + 1}"
            texts[str(name)] = file.get("source") or f"SHA-256 {file.get('sha256')}"
    return {name: text for name, text in texts.items() if text}


def _in_words(
    names: list[str], parts: Mapping[str, Any], code: list[str], *, with_same: bool
) -> str:
    blocks = []
    for part, found in parts.items():
        rows = [(name, value(a), value(b)) for name, (a, b) in found["different"].items()]
        if rows:
            blocks.append(table([(part, *names), *rows]))
    if code:
        more = [f"… {len(code) - _LINES} more lines: --json has all"] if len(code) > _LINES else []
        blocks.append("\n".join(["code", *code[:_LINES], *more]))
    same = {part: found["same"] for part, found in parts.items() if found["same"]}
    counts = ", ".join(f"{len(found)} {part}" for part, found in same.items())
    blocks.append(f"the same: {counts or 'nothing'}")
    if with_same:
        for part, found in same.items():
            blocks.append(table([(part, "both"), *((n, value(v)) for n, v in found.items())]))
    return "\n\n".join(blocks)
