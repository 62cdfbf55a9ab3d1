"""Run a script and say what is wrong with its models, their data and their trainings.

Each fit ends after its first batch, so that the script goes on as after a short training; with
--train it goes on to its end. Nothing is recorded or sent. Options stand before the script. The
exit code is 1 if there is a finding of --level or worse, or if the script fails.
"""

import argparse
import contextlib
import os
import runpy
import sys
import traceback
from pathlib import Path

from ..errors import ConfigurationError
from ..linter.ignoring import rule_id
from ..linter.scripts import Watch, when_keras_is_there
from ..linter.telling import at_least, in_words
from ..linting.finding import SEVERITIES, Finding
from ..notices import tell
from .printing import as_json
from .sarif import sarif_of

NAME = "lint"
HELP = "run a script and say what is wrong with its trainings"
FOUND = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", action="store_true", help="let each fit go on to its end")
    parser.add_argument(
        "--level", choices=SEVERITIES, default="warn", help="what counts as a failure (warn)"
    )
    parser.add_argument(
        "--ignore", metavar="RULE", action="append", default=[], help="an id; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sarif", metavar="FILE", type=Path, help="also write SARIF 2.1.0")
    parser.add_argument("script", type=Path, help="a Python file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script is given")


def run(options: argparse.Namespace) -> int:
    """Run the script, then print what was found."""
    if not options.script.is_file():
        raise ConfigurationError(f"there is no script {options.script}")
    ignored = frozenset(map(rule_id, options.ignore))
    os.environ["AHNB_MODE"] = "disabled"
    watch = Watch(options.script, ignored, trains=options.train)
    when_keras_is_there(watch.begin)
    failed = _run_script(options)
    findings = sorted(watch.findings, key=lambda one: SEVERITIES.index(one.severity))
    if options.sarif is not None:
        _write(options.sarif, as_json(sarif_of(findings)))
    documents = [finding.as_dict() for finding in findings]
    told = {"script": str(options.script), "fits": watch.fits, "failed": failed}
    print(as_json({**told, "findings": documents}) if options.json else _in_words(watch, findings))
    return FOUND if failed or at_least(findings, options.level) else 0


def _run_script(options: argparse.Namespace) -> bool:
    """Run it as `python script.py …` would; whether it failed, which is told."""
    before = sys.argv, sys.path[:]
    sys.argv = [str(options.script), *options.arguments]
    sys.path.insert(0, str(options.script.resolve().parent))
    # One JSON document on standard output is all that `--json` promises.
    output = sys.stderr if options.json else sys.stdout
    try:
        with contextlib.redirect_stdout(output):
            runpy.run_path(str(options.script), run_name="__main__")
    except SystemExit as end:
        return _ended_badly(end)
    except Exception:  # noqa: BLE001 - whatever a script raises
        traceback.print_exc()
        tell(f"{options.script} failed; what was found until then follows")
        return True
    finally:
        sys.argv, sys.path[:] = before
    return False


def _ended_badly(end: SystemExit) -> bool:
    if end.code not in (None, 0):
        tell(f"the script ended with {end.code}")
        return True
    return False


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None


def _in_words(watch: Watch, findings: list[Finding]) -> str:
    fits = "1 fit" if watch.fits == 1 else f"{watch.fits} fits"
    counts = [f"{sum(one.severity == name for one in findings)} {name}" for name in SEVERITIES]
    return "\n".join([*map(in_words, findings), f"{fits} looked at: {', '.join(counts)}"])
