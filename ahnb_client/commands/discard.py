"""Delete what runs left on this machine, although no server has it.

Runs whose process still lives are left alone.
"""

import argparse
import sys

from ..config import Config
from ..errors import ConfigurationError
from ..transport.leftovers import adopted
from ..transport.spool import refused_files, spool_folders
from ..words import numbered
from .printing import as_json
from .sync import chosen

NAME = "discard"
HELP = "delete records that were never sent"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's id, or how it begins")
    parser.add_argument("--refused", action="store_true", help="also what the server refused")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Ask, then delete; 1 if it was not wanted."""
    root = Config.load().directory
    if root is None:
        raise ConfigurationError("there is no folder of records: set AHNB_DIR")
    left = [
        spool for folder in chosen(spool_folders(root), options.runs) if (spool := adopted(folder))
    ]
    refused = refused_files(root) if options.refused and not options.runs else []
    try:
        files = sum(len(spool.files.numbers()) for spool in left)
        if (left or refused) and not (options.yes or _wanted(len(left), files, len(refused))):
            print("Nothing was deleted.", file=sys.stderr)
            return 1
        for spool in left:
            spool.clear()
    finally:
        for spool in left:
            spool.release()
    for path in refused:
        path.unlink(missing_ok=True)
    names = [spool.folder.name for spool in left]
    done = {"discarded": names, "files": files, "refused": [str(path) for path in refused]}
    told = f"the records of {numbered(len(names), 'run')}{_files(files)} deleted"
    print(as_json(done) if options.json else told)
    return 0


def _files(count: int) -> str:
    return f" with {numbered(count, 'file')}" if count else ""


def _wanted(runs: int, files: int, refused: int) -> bool:
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody is there to be asked; --yes deletes without asking")
    also = f" and {numbered(refused, 'file')} of refused records" if refused else ""
    said = input(
        f"Delete the only records of {numbered(runs, 'run')}{_files(files)}{also}?"
        " No server has them. [y/N] "
    )
    return said.strip().lower() in {"y", "yes"}
