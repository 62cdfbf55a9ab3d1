"""Store an API key for a server, once the server has taken it."""

import argparse
import getpass
import sys

from ..config import Config, save_login, server_address
from ..errors import ConfigurationError
from ..transport.http import Server
from .person import email_of, may_record

NAME = "login"
HELP = "store an API key for a server"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", metavar="URL", help="where the server is")
    parser.add_argument(
        "--key", metavar="-", help="only '-': read the key from standard input; else it is asked"
    )


def run(options: argparse.Namespace) -> int:
    """Ask for what is missing, try the key, store it."""
    if options.key not in {None, "-"}:
        raise ConfigurationError(
            "a key on the command line can be read by others; use --key - or wait to be asked"
        )
    server = _server(options.server)
    key = _key(asks=options.key is None)
    me = Server(server, key).me()
    path = save_login(server, key)
    print(f"{email_of(me)} at {server}; the key is in {path}")
    if not may_record(me):
        print("This key may only read: trainings need one that may write runs.", file=sys.stderr)
    return 0


def _server(given: str | None) -> str:
    server = server_address(given) or Config.load().server
    if server is None and sys.stdin.isatty():
        server = server_address(input("Server (https://…): "))
    if server is None:
        raise ConfigurationError("no server: give --server URL or set AHNB_SERVER")
    return server


def _key(*, asks: bool) -> str:
    is_asked = asks and sys.stdin.isatty()
    key = (getpass.getpass("API key: ") if is_asked else sys.stdin.readline()).strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError("that is no API key")
    return key
