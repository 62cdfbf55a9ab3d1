"""`ahnb`: the command line.

Exit codes: 0 done; 1 something could not be done, said on standard error; 2 wrong usage;
3 done, and what was asked does not hold (verify, rerun); 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from .commands import login, rerun, status, sync, verify
from .errors import AHNBError
from .notices import tell
from .version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` are those of the process by default."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except AHNBError as error:
        tell(str(error))
        return 1
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    except BrokenPipeError:
        # Whoever read our output went away; Python would complain once more at its exit.
        sys.stdout = None
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog="ahnb", description="Record every Keras training; lose nothing."
    )
    parser.add_argument("--version", action="version", version=f"ahnb-client {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (login, status, sync, verify, rerun):
        command = commands.add_parser(module.NAME, help=module.HELP, description=module.__doc__)
        module.add_options(command)
        command.set_defaults(command=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
