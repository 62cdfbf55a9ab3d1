"""Take a run away: as an archive of JSON and CSV, or as one HTML page that needs no server."""

import argparse
from pathlib import Path

from ..client import Client
from .printing import RUN_HELP

NAME = "export"
HELP = "write a run into a file"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("--html", action="store_true", help="one page instead of the archive")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="run-ID.zip or run-ID.html by default"
    )


def run(options: argparse.Namespace) -> int:
    """Download the file; it is there once it is whole."""
    found = Client().run(options.run)
    ending = "html" if options.html else "zip"
    path = options.output or Path(f"run-{found.id}.{ending}")
    found.export(path, as_page=options.html)
    print(path)
    return 0
