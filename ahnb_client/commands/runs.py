"""List the runs of a project."""

import argparse
from typing import Any

from ..client import Client, RunRecord
from ..client.listing import row_of
from ..errors import Rejected
from ..notices import tell
from .printing import as_json, duration, pointed, table, value

NAME = "runs"
HELP = "list the runs of a project"
DEFAULT_LIMIT = 20
_USUAL = ("number", "name", "status", "started", "duration")
_USUAL_METRICS = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", nargs="?", metavar="TEAM/PROJECT", help="the configured one")
    parser.add_argument(
        "-q", "--filter", default="", metavar="QUERY", help="as 'metrics.val_loss < 0.3'"
    )
    parser.add_argument(
        "--order", default="", metavar="FIELD", help="as -metrics.val_accuracy.max; newest first"
    )
    parser.add_argument(
        "--limit", type=int, default=DEFAULT_LIMIT, help=f"how many ({DEFAULT_LIMIT}); 0 is all"
    )
    parser.add_argument(
        "--columns", metavar="A,B", help="as number,name,metrics.loss.min,params.optimizer.name"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Search and print."""
    found = Client().runs(
        options.project, q=options.filter, order=options.order, limit=options.limit or None
    )
    try:
        runs = list(found)
    except Rejected as error:
        raise _pointed(error, options) from error
    for hint in found.hints:
        tell(hint)
    if options.json:
        print(as_json({"runs": [run.document for run in runs]}))
    elif not runs:
        print("No run is like that.")
    else:
        columns = options.columns.split(",") if options.columns else _usual_columns(runs)
        rows = [_cells(run) for run in runs]
        print(table([columns, *([row.get(name, "-") for name in columns] for row in rows)]))
    return 0


def _pointed(error: Rejected, options: argparse.Namespace) -> Rejected:
    """The error with what was typed, and a caret below the place."""
    typed = {"q": options.filter, "order": options.order}.get(error.parameter)
    if typed is None or error.position is None:
        return error
    return Rejected(
        f"{error}\n{pointed(typed, error.position)}",
        status=error.status,
        code=error.code,
        parameter=error.parameter,
        position=error.position,
    )


def _usual_columns(runs: list[RunRecord]) -> list[str]:
    """Who and when, and the metrics that most trainings are judged by."""
    names = {name for run in runs for name, told in run.metrics.items() if told["unit"] == "epoch"}
    names.discard("learning_rate")
    ranked = sorted(names, key=lambda name: (not name.startswith("val_"), name))
    return [*_USUAL, *(f"metrics.{name}" for name in ranked[:_USUAL_METRICS])]


def _cells(run: RunRecord) -> dict[str, str]:
    row: dict[str, Any] = row_of(run)
    for name, told in run.metrics.items():
        row |= {f"metrics.{name}.{part}": told[part] for part in ("first", "last", "count")}
    cells = {name: value(thing) for name, thing in row.items() if name != "started_at"}
    started = run.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
    tags = ", ".join(run.tags) or "-"
    times = {"started": started, "duration": duration(run.duration_seconds)}
    return {**cells, **times, "tags": tags, "tag": tags, "url": run.url}
