"""Make the compiled model of a run again from its record, in a process of its own, without data.

Nothing of the record is executed unless you say --trust: own layers, and lambdas, need it.
The exit code is 0 if everything holds, 3 if something does not.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from ..config import Config
from ..rebuild.levels import WORDS, Level, recorded_parts
from ..rebuild.packages import process_environment
from ..rebuild.reading import Reader

NAME = "verify"
HELP = "make the model of a run again and compare it"
DOES_NOT_HOLD = 3
_SECONDS = 300


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="an id, or team/project#number")
    parser.add_argument(
        "--trust",
        action="store_true",
        help="execute classes, functions and lambdas of the record, as its author wrote them",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Rebuild and compare; what holds is printed line by line."""
    reader = Reader(Config.load())
    document = reader.find(options.run)
    report = verified(document, reader.record(document["id"]), trust=options.trust)
    print(json.dumps(report, indent=2) if options.json else _in_words(report))
    return 0 if report["holds"] else DOES_NOT_HOLD


def verified(
    document: Mapping[str, Any], record: Mapping[str, Any], *, trust: bool
) -> dict[str, Any]:
    """Return `{run, level, holds, checks, error, missing}` of a run and its record."""
    model = record.get("model") or {}
    if model.get("config") is None:
        why = model.get("config_error") or "no model is recorded"
        again = f"; `ahnb rerun {document['id']}` runs its whole program instead" if model else ""
        answer: dict[str, Any] = {"checks": [], "error": f"cannot be made again: {why}{again}"}
    else:
        answer = _rebuilt(record, trust=trust)
    holds = not answer["error"] and all(check["holds"] for check in answer["checks"])
    is_recorded = Level.RECORDED if model else Level.NOTHING
    return {
        "run": document["id"],
        "name": f"{document['project']}#{document['number']}",
        "level": WORDS[Level.REBUILDABLE if holds else is_recorded],
        "holds": holds,
        **answer,
        "missing": recorded_parts(record),
    }


def _rebuilt(record: Mapping[str, Any], *, trust: bool) -> dict[str, Any]:
    """What the process that makes the model says."""
    request = {"model": record["model"], "code": record.get("code"), "trust": trust}
    environment = process_environment(record.get("environment") or {"backend": None})
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    paths = [path for path in sys.path if path and os.path.isdir(path)]  # noqa: PTH112
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ahnb_client.rebuild.model"],
            input=json.dumps(request),
            env={**environment, **quiet, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"checks": [], "error": f"no model after {_SECONDS} seconds"}
    except ValueError:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"checks": [], "error": f"the process ended without an answer: {said[-1]}"}
    if answer["error"] and not trust:
        answer["error"] += " (does it need code of its own? `--trust` executes the recorded one)"
    return answer


def _in_words(report: Mapping[str, Any]) -> str:
    lines = [f"{report['name']}  {report['run']}"]
    lines += [f"  {'ok' if one['holds'] else 'NOT':4}  {_check(one)}" for one in report["checks"]]
    if report["error"]:
        lines.append(f"  NOT   {report['error']}")
    if report["missing"]:
        lines.append(f"  not in the record: {', '.join(report['missing'])}")
    lines.append(f"  level: {report['level']}")
    return "\n".join(lines)


def _check(check: Mapping[str, Any]) -> str:
    if not check["holds"]:
        return f"{check['name']}: {_short(check['found'])} instead of {_short(check['recorded'])}"
    if check["name"] in {"layers", "edges"}:
        return f"{check['name']}: {len(check['found'] or []):,} as recorded"
    if isinstance(check["found"], dict):
        return f"{check['name']}: {check['found'].get('class_name', '')} as recorded"
    return f"{check['name']}: {_short(check['found'])}"


def _short(value: Any) -> str:
    told = value if isinstance(value, str) else json.dumps(value)
    return told if len(told) <= 100 else told[:99] + "…"
