"""Download a file of a run, under its name into a folder, and check its SHA-256."""

import argparse
from pathlib import Path

from ..client import Client
from .printing import RUN_HELP, as_json

NAME = "download"
HELP = "download a file of a run"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("name", metavar="NAME", help="as `ahnb artifacts` lists it")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="DIR", help="the folder; this one"
    )
    parser.add_argument("--version", type=int, metavar="N", help="which one; the newest")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Download; the file is there once it is whole."""
    path = Client().run(options.run).download(options.name, options.output, options.version)
    print(as_json({"path": str(path)}) if options.json else path)
    return 0
