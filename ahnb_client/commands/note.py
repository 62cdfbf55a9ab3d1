"""Write a note on a run, or on one of its steps."""

import argparse
import sys

from ..client import Client
from .printing import RUN_HELP, as_json

NAME = "note"
HELP = "write a note on a run"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("text", metavar="TEXT", help="what to write; - reads standard input")
    parser.add_argument("--step", type=int, help="the step that it is about")
    parser.add_argument("--json", action="store_true", help="print the note as a JSON document")


def run(options: argparse.Namespace) -> int:
    """Send the note; the server has it when this returns."""
    text = sys.stdin.read().strip() if options.text == "-" else options.text
    found = Client().run(options.run)
    note = found.note(text, options.step)
    print(as_json(note) if options.json else f"noted on {found.project}#{found.number}")
    return 0
