"""Make runs of what other tools recorded: CSVLogger's files, TensorBoard's event files.

A PATH is a file of CSVLogger, an event file, or a folder with event files below it: Keras'
`train` and `validation` make one run, any other folder with event files a run of its own. What is
imported twice is there twice.
"""

import argparse
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import ConfigurationError
from ..foreign.csvlog import read_csv
from ..foreign.recording import Recording
from ..foreign.tfevents import MARK, recordings
from ..identifiers import is_project
from ..run import Run
from ..words import numbered
from .printing import as_json

NAME = "import"
HELP = "make runs of files of CSVLogger or TensorBoard"
TAG = "imported"
_DELIVERY_SECONDS = 600.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
    parser.add_argument("--project", metavar="TEAM/PROJECT", help="the configured one")
    parser.add_argument("--name", help="of the run, if it is one; else the file's or folder's")
    parser.add_argument("--group", help="of all runs")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be imported")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Read everything, then record it; 1 if something is not delivered yet."""
    config = Config.load(project=options.project)
    found = [recording for path in options.paths for recording in _read(path)]
    if options.name and len(found) > 1:
        raise ConfigurationError(f"--name is for one run; these are {len(found)}")
    if not options.dry_run:
        _check(config)
    results = [_told(one) if options.dry_run else _record(one, options, config) for one in found]
    print(as_json({"runs": results}) if options.json else "\n".join(map(_in_words, results)))
    return 1 if any(result["state"] == "waits" for result in results) else 0


def _check(config: Config) -> None:
    if config.project is None or not is_project(config.project):
        raise ConfigurationError("into which project? --project TEAM/PROJECT, or AHNB_PROJECT")
    if config.mode == "disabled":
        raise ConfigurationError("nothing is recorded with AHNB_MODE=disabled")
    if config.directory is None:
        raise ConfigurationError("there is no folder of records: set AHNB_DIR")


def _read(path: Path) -> list[Recording]:
    if not path.exists():
        raise ConfigurationError(f"there is no {path}")
    return recordings(path) if path.is_dir() or MARK in path.name else [read_csv(path)]


def _told(recording: Recording, state: str = "read", run_id: str | None = None) -> dict[str, Any]:
    return {
        "source": str(recording.source),
        "run": run_id,
        "state": state,
        "metrics": sorted(metric for _, metric in recording.points),
        "points": recording.total,
        "left_out": recording.left_out,
    }


def _record(recording: Recording, options: argparse.Namespace, config: Config) -> dict[str, Any]:
    """Write a run into the spool as a training does, and wait until the server has it."""
    times = recording.times
    if times is None:
        return _told(recording, "empty")
    run = Run(
        name=options.name or recording.name,
        group=options.group,
        tags=[TAG],
        params={TAG: {"from": str(recording.source)}},
        started_at=times[0],
        config=config,
    )
    for (unit, metric), points in sorted(recording.points.items()):
        series = run.series([metric], unit)
        for step, (value, time) in sorted(points.items()):
            series.append(step, (value,), time=time)
    run.finish(at=times[1])
    is_sent = config.can_send and run.wait(_DELIVERY_SECONDS)
    return _told(recording, "delivered" if is_sent else "waits", run.id)


def _in_words(result: dict[str, Any]) -> str:
    words = [result["run"] or "", result["state"], result["source"]]
    points = numbered(result["points"], "point")
    words.append(f"{points} of {numbered(len(result['metrics']), 'metric')}")
    words += [f"without {count} {reason}" for reason, count in result["left_out"].items()]
    if result["state"] == "waits":
        words.append("`ahnb sync` sends it")
    return "  ".join(filter(None, words))
