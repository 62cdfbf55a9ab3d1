"""Run a recorded training again and say how far its result is the same.

The code is made again in a folder of its own: the commit from a checkout here with the
uncommitted changes, or the recorded script, modules or cells. It runs with the Python that runs
`ahnb`, or with --exact in a virtual environment of the recorded packages. The new run has the
tag "rerun", names the first one as `environment.rerun_of`, and gets a note with the result.
The exit code is 0 if the result was reproduced, 3 if not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import ConfigurationError, NotFound
from ..identifiers import uuid7
from ..notices import tell
from ..rebuild import link
from ..rebuild.code import Code, command_of, recreate
from ..rebuild.levels import WORDS, Comparison, Level, compare
from ..rebuild.packages import differences, make_environment, process_environment
from ..rebuild.reading import Reader
from ..words import numbered
from .person import email_of

NAME = "rerun"
HELP = "run a recorded training again and compare"
DOES_NOT_HOLD = 3
_DELIVERY_SECONDS, _FAILED_SECONDS = 20.0, 2.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="an id, or team/project#number")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be run")
    parser.add_argument(
        "--exact", action="store_true", help="in an environment of the recorded packages, by pip"
    )
    parser.add_argument(
        "--trust", action="store_true", help="run code that somebody else has recorded"
    )
    parser.add_argument("--repository", metavar="FOLDER", type=Path, help="a checkout of the code")
    parser.add_argument(
        "--cwd", metavar="FOLDER", type=Path, help="start the program here, where its data lies"
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder of the code")
    parser.add_argument(
        "--tolerance", metavar="T", type=float, default=0.01, help="of last values, relative (0.01)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "arguments", nargs="*", metavar="-- ARGUMENTS", help="instead of the recorded ones"
    )


def run(options: argparse.Namespace) -> int:
    """Make the code again, run it, compare."""
    reader = Reader(Config.load())
    rerun = _Rerun(options, reader, reader.find(options.run))
    try:
        report = rerun.planned() if options.dry_run else rerun.done()
    finally:
        rerun.clean_up()
    print(json.dumps(report, indent=2) if options.json else _in_words(report))
    return 0 if options.dry_run or report["reproduced"] else DOES_NOT_HOLD


class _Rerun:
    """One run that is run again."""

    def __init__(
        self, options: argparse.Namespace, reader: Reader, document: Mapping[str, Any]
    ) -> None:
        self._options, self._reader, self._document = options, reader, document
        self._record = reader.record(document["id"])
        self._environment: Mapping[str, Any] = self._record["environment"] or {}
        self._top = Path(tempfile.mkdtemp(prefix="ahnb-rerun-"))
        self._made: Code | None = None

    def planned(self) -> dict[str, Any]:
        """Make the code and say what would be run how; no program is started."""
        code = self._record["code"]
        if not code:
            raise ConfigurationError("the record of this run holds no code")
        self._made = recreate(code, self._top / "code", self._options.repository)
        command = command_of(code, self._environment, self._made, self._options.arguments or None)
        return {
            "run": self._document["id"],
            "name": f"{self._document['project']}#{self._document['number']}",
            "code": self._made.made_from,
            "command": ["python", *command],
            "folder": str(self._options.cwd or self._made.folder),
            "missing": self._made.missing,
            "differences": [] if self._options.exact else differences(self._environment),
        }

    def done(self) -> dict[str, Any]:
        """Run it and compare the two runs."""
        self._check_trust()
        report = self.planned()
        python = sys.executable
        if self._options.exact:
            python = str(make_environment(self._environment, self._top / "env"))
        new_id = uuid7()
        status = self._started(python, report, new_id)
        return {**report, "exit_status": status, **self._compared(new_id, status)}

    def clean_up(self) -> None:
        """Delete what was made, unless it is wanted."""
        if self._options.keep:
            tell(f"the code is in {self._made.folder if self._made else self._top}")
            return
        if self._made is not None:
            self._made.remove()
        Code(self._top, self._top, "").remove()

    def _check_trust(self) -> None:
        """Raises ConfigurationError for the code of somebody else, without a word about that."""
        author = (self._document["user"] or {}).get("email")
        if author != email_of(self._reader.me()) and not self._options.trust:
            raise ConfigurationError(
                f"{author or 'somebody else'} recorded this run: read the code with --dry-run"
                " --keep, then say --trust to execute it"
            )

    def _started(self, python: str, report: Mapping[str, Any], new_id: str) -> int:
        number = int(self._environment.get("run_in_process") or 1)
        own = {
            link.VARIABLE: link.told(self._document["id"], number, new_id),
            "AHNB_PROJECT": self._document["project"],
            "AHNB_MODE": "online",
        }
        environment = process_environment(self._environment, **own)
        assert self._made is not None  # noqa: S101 - planned() made it
        folder = self._options.cwd or self._made.folder
        if self._options.cwd:
            paths = [str(self._made.folder), environment.get("PYTHONPATH", "")]
            environment["PYTHONPATH"] = ":".join(filter(None, paths))
        command = [python, *report["command"][1:]]
        # The program's words go to standard error, so that --json stays one document.
        return subprocess.run(
            command, cwd=folder, env=environment, stdout=sys.stderr, check=False
        ).returncode

    def _compared(self, new_id: str, status: int) -> dict[str, Any]:
        again = self._awaited(new_id, _DELIVERY_SECONDS if status == 0 else _FAILED_SECONDS)
        if again is None:
            why = "its run has not arrived: `ahnb status` says what waits" if status == 0 else ""
            return _result(None, None, why or f"the program ended with exit status {status}")
        name = f"{again['project']}#{again['number']}"
        if again["status"] != "finished":
            why = f"the new run ended as {again['status']}: {again['status_reason']}"
            return _result(name, None, why.rstrip(": "))
        weights = (_weights(self._record), _weights(self._reader.record(new_id)))
        found = compare(
            self._reader.series(self._document),
            self._reader.series(again),
            weights,
            tolerance=self._options.tolerance,
        )
        self._reader.write_note(new_id, _note(self._document, found))
        return _result(name, found, "")

    def _awaited(self, run_id: str, seconds: float) -> dict[str, Any] | None:
        """The new run, once it has ended on the server; its process has ended already."""
        deadline = time.monotonic() + seconds
        document = None
        while time.monotonic() < deadline:
            try:
                document = self._reader.find(run_id)
                if document["status"] != "running":
                    return document
            except NotFound:
                pass
            time.sleep(0.5)
        return document


def _weights(record: Mapping[str, Any]) -> str | None:
    return (((record.get("summary") or {}).get("weights")) or {}).get("hash")


def _result(name: str | None, found: Comparison | None, error: str) -> dict[str, Any]:
    level = Level.RECORDED if found is None else found.level
    return {
        "rerun": name,
        "level": WORDS[level],
        "reproduced": level >= Level.REPRODUCED,
        "error": error,
        "comparison": None if found is None else {**asdict(found), "level": int(level)},
    }


def _note(document: Mapping[str, Any], found: Comparison) -> str:
    return f"Re-run of #{document['number']}: {WORDS[found.level]}. {_compared_in_words(found)}"


def _compared_in_words(found: Comparison) -> str:
    total = len(found.same) + len(found.close) + len(found.other)
    words = [f"{len(found.same)} of {numbered(total, 'metric')} equal throughout"]
    if found.close:
        words.append(f"{len(found.close)} equal at the end within the tolerance")
    words += found.other[:5]
    return "; ".join([*words, f"weights: {found.weights}"]) + "."


def _in_words(report: Mapping[str, Any]) -> str:
    lines = [f"{report['name']}  {report['run']}", f"  code: {report['code']}"]
    lines.append(f"  command: {' '.join(report['command'])}")
    lines += [f"  missing: {what}" for what in report["missing"]]
    lines += [f"  differs: {what}" for what in report["differences"][:20]]
    if len(report["differences"]) > 20:
        lines.append(f"  differs: {len(report['differences']) - 20} more")
    if "level" in report:
        lines.append(f"  again: {report['rerun'] or '-'}")
        if report["comparison"]:
            found = {k: v for k, v in report["comparison"].items() if k != "level"}
            lines.append(f"  {_compared_in_words(Comparison(Level.RERUNNABLE, **found))}")
        if report["error"]:
            lines.append(f"  {report['error']}")
        lines.append(f"  level: {report['level']}")
    return "\n".join(lines)
