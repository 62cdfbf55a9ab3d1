"""`manage.py serve`: database, web server and worker, in the foreground until a signal."""

import gc
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from socket import gaierror
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from ... import env, serving
from ...database import embedded
from ...database.errors import Busy, DatabaseError
from ...database.locks import EXCLUSIVE, take_lock
from ...database.places import Places, explained, make_data_directory
from ...database.postmaster import MAX_CONNECTIONS
from ...monitoring.counting import METERS
from ...strictness import is_loopback
from ...work.beside import WorkerBeside

DEFAULT_PORT = 8765
# Left over for commands, tests and PostgreSQL's own reserve.
SPARE_CONNECTIONS = 20
DATABASE_STOP_SECONDS = 11.0


class Command(BaseCommand):
    help = "Run the database and the web server until Ctrl-C or SIGTERM."
    # Made later: who may not start should be told at once.
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=port, default=DEFAULT_PORT, help="default: %(default)s; 0 = any free one"
        )
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, end_early)
        if settings.DEBUG and not is_loopback(host):
            raise CommandError(f"AHNB_DEBUG: debug pages show settings and code, not on {host}")
        places = Places(Path(settings.DATA_DIR))
        workers, threads = pool_sizes()
        make_data(places)
        try:
            hold_server_lock(places)
            if METERS is not None:
                METERS.forget_earlier()
            self.serve(host, port, workers, threads)
        except OperationalError as error:
            raise CommandError(str(error).strip()) from error
        except OSError as error:
            raise CommandError(str(explained(error, places.data))) from error
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            end_database(places)

    def serve(self, host: str, port: int, workers: int, threads: int) -> None:
        serving.bound_heaps()
        with listening(host, port) as listener:
            # Also loads every URL, which the workers then have by their fork.
            self.check()
            serving.migrate()
            serving.collect_static()
            # What a first start took stays with nobody.
            gc.collect()
            serving.trim_heaps()
            # Workers are made by fork and must not share a connection.
            connections.close_all()
            where = listener.getsockname()
            url = settings.PUBLIC_URL or address(where[0], where[1])
            Places(Path(settings.DATA_DIR)).server_url.write_text(f"{url}\n")
            worker = WorkerBeside(os.getpid())

            def ready() -> None:
                # Not earlier: the server's processes are made by fork, best without threads.
                if env.flag("AHNB_START_WORKER", default=True):
                    worker.start()
                self.say(f"AHNB is ready at {url}/")

            try:
                serving.WebServer(listener, workers=workers, threads=threads, ready=ready).run()
            finally:
                worker.stop()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def port(text: str) -> int:
    """A port's number, as an argument."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is no port from 0 to 65535")
    return int(text)


def end_early(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM before the web server has taken over the signals."""
    sys.exit(0)


def pool_sizes() -> tuple[int, int]:
    """Workers, and threads in each: every thread may hold one connection to the database.

    How many another server or a pooler has room for is not ours to know.
    """
    workers = env.integer("AHNB_WORKERS", 2, minimum=1)
    threads = env.integer("AHNB_THREADS", 16, minimum=1)
    is_ours = not (env.text("DATABASE_URL") or env.text("AHNB_POOL_URL"))
    if is_ours and workers * threads > MAX_CONNECTIONS - SPARE_CONNECTIONS:
        raise CommandError(
            f"AHNB_WORKERS times AHNB_THREADS is {workers * threads}; the database has room for "
            f"{MAX_CONNECTIONS - SPARE_CONNECTIONS} connections"
        )
    return workers, threads


def make_data(places: Places) -> None:
    """The data directory, which nothing else has made where key and database are elsewhere."""
    try:
        make_data_directory(places.data)
    except DatabaseError as error:
        raise CommandError(str(error)) from error


def hold_server_lock(places: Places) -> None:
    """One server per data directory; the lock goes when the last of its processes ends."""
    try:
        descriptor = take_lock(places.server_lock, EXCLUSIVE, seconds=1)
    except Busy:
        owner = places.server_lock.read_text().strip() or "?"
        raise CommandError(f"Another server (process {owner}) already uses {places.data}") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def listening(host: str, port: int) -> Any:
    """The socket, or one line that says why there is none."""
    try:
        return serving.listening_socket(host, port)
    except gaierror as error:
        raise CommandError(f"{host} is no address of this machine ({error.strerror})") from error
    except OSError as error:
        raise CommandError(
            f"Port {port} on {host} cannot be used ({error.strerror}): choose another with --port"
        ) from error


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def end_database(places: Places) -> None:
    """Wait until PostgreSQL has ended, unless another command still uses it."""
    connections.close_all()
    embedded.release(places, seconds=DATABASE_STOP_SECONDS)
