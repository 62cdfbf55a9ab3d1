"""List the files attached to a run, every version its own line, the latest first."""

import argparse

from ..client import ArtifactRecord, Client
from .printing import RUN_HELP, as_json, table, value

NAME = "artifacts"
HELP = "list the files of a run"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("--name", metavar="NAME", help="the versions of this file alone")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Ask and print."""
    found = Client().run(options.run).artifacts(options.name)
    if options.json:
        print(as_json({"artifacts": [dict(file.document) for file in found]}))
    elif not found:
        print("No file is attached.")
    else:
        head = ("version", "bytes", "step", "created", "sha256", "name")
        print(table([head, *(_cells(file) for file in found)]))
    return 0


def _cells(file: ArtifactRecord) -> tuple[str, ...]:
    created = file.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    step = value(file.step)
    # The name stands last: a long one widens no other column.
    return (str(file.version), str(file.size), step, created, file.sha256, value(file.name, 255))
