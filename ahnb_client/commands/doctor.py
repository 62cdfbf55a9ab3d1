"""Why does nothing arrive? Looks at settings, server, key, project, clock, records and disk.

Each line is ok, warn or fail, with what to do. The exit code is 3 if something fails.
"""

import argparse
import os
from collections.abc import Iterator

from ..config import Config
from .checks import local, remote
from .checks.finding import Finding
from .printing import as_json

NAME = "doctor"
HELP = "find out why nothing arrives"
FAILS = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", metavar="TEAM/PROJECT", help="look at this one")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Look everywhere and print."""
    findings = list(_all(options.project))
    if options.json:
        print(as_json({"checks": [finding.document() for finding in findings]}))
    else:
        print("\n".join(map(str, findings)))
    return FAILS if any(finding.state == "fail" for finding in findings) else 0


def _all(project: str | None) -> Iterator[Finding]:
    config = Config.load(project=project)
    yield from local.settings(config, os.environ)
    yield from remote.server(config)
    yield from local.records(config)
