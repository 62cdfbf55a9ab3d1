"""`ahnb`: the command line.

Exit codes: 0 done; 1 something could not be done, said on standard error; 2 wrong usage;
3 done, and what was asked does not hold (verify, rerun, diff, doctor); 4 no server could be
reached; 5 the server refused; 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from .commands import (
    artifacts,
    completion,
    diff,
    discard,
    doctor,
    download,
    export,
    importing,
    lint,
    login,
    note,
    quote,
    rerun,
    runs,
    show,
    status,
    sync,
    verify,
)
from .errors import AHNBError, NotFound, RateLimited, Rejected, ServerUnreachable
from .notices import tell
from .version import __version__

COMMANDS = (
    *(login, status, sync, doctor),
    *(runs, show, note, diff, quote, export),
    *(artifacts, download),
    *(verify, rerun, lint),
    *(importing, discard, completion),
)
FAILED, UNREACHABLE, REFUSED = 1, 4, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` are those of the process by default."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except AHNBError as error:
        tell(str(error))
        return exit_code(error)
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    except BrokenPipeError:
        # Whoever read our output went away; Python would complain once more at its exit.
        sys.stdout = None
        return FAILED
    except OSError as error:
        tell(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return FAILED


def exit_code(error: AHNBError) -> int:
    """What an error means to the shell."""
    if isinstance(error, ServerUnreachable):
        return UNREACHABLE
    is_refused = isinstance(error, Rejected | RateLimited) and not isinstance(error, NotFound)
    return REFUSED if is_refused else FAILED


def build_parser() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog="ahnb", description="Record every Keras training; lose nothing."
    )
    parser.add_argument("--version", action="version", version=f"ahnb-client {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        command = commands.add_parser(module.NAME, help=module.HELP, description=module.__doc__)
        module.add_options(command)
        command.set_defaults(command=module.run, parser=build_parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
