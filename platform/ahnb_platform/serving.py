"""The web server: granian on one socket that is ours alone, and what has to be done before."""

import contextlib
import ctypes
import gc
import hashlib
import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

BACKLOG = 1024
WORKER_STOP_SECONDS = 8
ANSWER_SECONDS = 5.0
# mallopt(3): M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
HEAPS = {-8: 1, -3: 128 * 1024, -1: 512 * 1024}
TRIM_SECONDS = 2.0
# A batch makes hundreds of lists and none of them is part of a cycle: look less often than at 700.
YOUNG_OBJECTS = 20_000


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens from now on, so that no second server gets the port.

    Connections made before the workers run wait in its queue.

    Raises:
        OSError: the address is in use, not of this machine, or not allowed.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by each connection: small answers must not wait for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def load_application() -> Any:
    """Called in each worker; the import ties the worker to its parent."""
    from ahnb_platform.wsgi import application

    threading.Thread(target=keep_trimmed, name="trim-heaps", daemon=True).start()
    # What is loaded by now stays; looking through it again and again is a tenth of a batch's cost.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    return application


def bound_heaps() -> None:
    """Let the threads to come share two heaps, and give large blocks back as they are freed.

    glibc would give each thread a heap of its own, and keep in it what the largest batches, or the
    compressing of static files, took. Holds for forks, too. Where the C library knows no such
    settings nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for setting, value in HEAPS.items():
            library.mallopt(setting, value)


def trim_heaps() -> None:
    """Give free pages back from the midst of the heaps, too."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_trimmed() -> None:
    """Trim now and then; never returns."""
    while True:
        time.sleep(TRIM_SECONDS)
        trim_heaps()


class WebServer(Server):
    """granian with workers that share one listening socket.

    Its own sockets on Linux would let a second server share the port, and would lose the
    connections that wait for a worker which dies.
    """

    def __init__(
        self, listener: socket.socket, *, workers: int, threads: int, ready: Callable[[], None]
    ) -> None:
        super().__init__(
            "ahnb_platform.wsgi:application",
            address=listener.getsockname()[0],
            port=listener.getsockname()[1],
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            backlog=BACKLOG,
            websockets=False,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            workers_kill_timeout=WORKER_STOP_SECONDS,
        )
        self.listener = listener
        self.ready = ready

    def run(self) -> None:
        """Serve until SIGINT, SIGTERM or SIGHUP; requests at work may finish."""
        self.serve(target_loader=load_application, wrap_loader=False)

    def _init_shared_socket(self) -> None:
        self._ssp = None
        # Its stub does not know the arguments: descriptor, whether of a path, backlog.
        self._shd = cast("Any", SocketHolder)(self.listener.fileno(), False, BACKLOG)
        self._sso = self.listener

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)
        # A closed terminal ends the server; granian would take its signal for a reload.
        signal.signal(signal.SIGHUP, self.signal_handler_interrupt)
        threading.Thread(target=self.announce, daemon=True).start()

    def announce(self) -> None:
        """Call `ready` once a worker answers."""
        while not self.interrupt_signal:
            if answers(self.bind_addr, self.bind_port):
                self.ready()
                return
            time.sleep(0.05)


def answers(host: str, port: int) -> bool:
    """Whether the server there can answer with anything but its own failure."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    client = http.client.HTTPConnection(reachable, port, timeout=ANSWER_SECONDS)
    try:
        client.request("GET", "/readyz")
        return client.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def migrate() -> None:
    """Bring the database up to date; of several starters one does it and the others wait."""
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()


def collect_static() -> None:
    """Copy and compress the static files, if one of them changed since the last time.

    Where they were collected by another account, as in a container's image, they are used as
    they are.
    """
    stamp = Path(f"{settings.STATIC_ROOT}.sha256")
    if stamp.exists() and not os.access(stamp, os.W_OK):
        return
    wanted = static_digest()
    if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)


def static_digest() -> str:
    """One digest over the names, sizes and times of all source files and how they are stored."""
    total = hashlib.sha256(f"{sys.version}\n{settings.STORAGES['staticfiles']}\n".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            total.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return total.hexdigest()
