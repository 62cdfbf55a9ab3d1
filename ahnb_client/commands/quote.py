"""Quote a value of a run; the server writes down who took it, and what it was."""

import argparse

from ..client import Client
from .printing import RUN_HELP, as_json

NAME = "quote"
HELP = "quote a value of a run"
PARTS = ("best", "last", "min", "max", "first")
FORMATS = ("text", "latex", "markdown", "json")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("metric", metavar="METRIC", help="as val_loss")
    which = parser.add_mutually_exclusive_group()
    for part in PARTS:
        usual = " (usual)" if part == PARTS[0] else ""
        which.add_argument(
            f"--{part}", dest="part", action="store_const", const=part, help=f"its value{usual}"
        )
    which.add_argument("--step", type=float, help="the value at this step or epoch")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="text by default")


def run(options: argparse.Namespace) -> int:
    """Take the quote and print it."""
    quote = (
        Client().run(options.run).quote(options.metric, options.part or PARTS[0], step=options.step)
    )
    forms = quote.pop("forms")
    print(as_json(quote) if options.format == "json" else forms[options.format])
    return 0
