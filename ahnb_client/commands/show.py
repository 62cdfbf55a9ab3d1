"""Show one run: how it went, in words, its metrics, parameters, model, environment and notes."""

import argparse
import textwrap
from collections.abc import Iterator

from ..client import Client, RunRecord
from ..words import numbered
from .printing import RUN_HELP, as_json, duration, table, value

NAME = "show"
HELP = "show one run"
_WIDTH = 100
_ENVIRONMENT = ("python", "keras", "backend", "os", "git")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("--json", action="store_true", help="print the run document, with notes")


def run(options: argparse.Namespace) -> int:
    """Ask and print."""
    found = Client().run(options.run)
    if options.json:
        print(as_json({**found.document, "remarks": found.remarks()}))
    else:
        print("\n\n".join(_parts(found)))
    return 0


def _parts(run: RunRecord) -> Iterator[str]:
    yield _head(run)
    if words := run.words:
        yield "\n".join(_lines(words))
    if run.metrics:
        fields = ("last", "min", "max", "last_step", "unit")
        rows = [(name, *(value(m[field]) for field in fields)) for name, m in run.metrics.items()]
        yield table([("metric", "last", "min", "max", "at", "unit"), *sorted(rows)])
    if params := run.flat_params():
        yield table([("parameter", "value"), *((name, value(p)) for name, p in params.items())])
    if model := run.model:
        parameters = model.get("parameters") or {}
        total = parameters.get("total") if isinstance(parameters, dict) else parameters
        layers = len(model.get("layers") or [])
        many = "parameter" if total == 1 else "parameters"
        yield f"model  {model.get('name')}: {numbered(layers, 'layer')}, {value(total)} {many}"
    if environment := run.environment:
        known = [(name, value(environment.get(name))) for name in _ENVIRONMENT]
        yield table([("environment", ""), *(row for row in known if row[1] != "-")])
    remarks = [(value(note["step"]), value(note["text"], 200)) for note in run.remarks()]
    if remarks:
        yield table([("step", "note"), *remarks])


def _lines(words: str) -> Iterator[str]:
    """Wrapped for a terminal, without what would steer it."""
    for line in words.splitlines():
        shown = "".join(sign if sign.isprintable() else " " for sign in line)
        indent = "  " if shown.startswith("- ") else ""
        yield from textwrap.wrap(shown, _WIDTH, subsequent_indent=indent)


def _head(run: RunRecord) -> str:
    reason = f" ({run.status_reason})" if run.status_reason else ""
    lines = [
        ("run", f"{run.project}#{run.number}  {run.name}"),
        ("id", run.id),
        ("status", run.status + reason),
        ("started", run.started_at.astimezone().isoformat(" ", "seconds")),
        ("took", duration(run.duration_seconds)),
        ("by", value(run.user)),
        ("group", value(run.group)),
        ("tags", ", ".join(run.tags) or "-"),
        ("page", run.url),
    ]
    if run.notes:
        lines.append(("notes", value(run.notes, 500)))
    return table(line for line in lines if line[1] != "-")
