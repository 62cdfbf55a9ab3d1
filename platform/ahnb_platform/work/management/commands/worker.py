"""`manage.py worker`: what needs a clock, until a signal."""

import os
import signal
from argparse import ArgumentParser
from threading import Thread
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ahnb_platform.database.process import set_death_signal
from ahnb_platform.management.operator import prepared
from ahnb_platform.monitoring.reporting import start_reporting

from ...worker import Worker

LOOK_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Run the tasks that need a clock until Ctrl-C or SIGTERM, which let the step at hand end. "
        "The server starts one by itself; any number may run at once."
    )

    # They would load every page; the server makes them, and has told.
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do what is due, then end; status 1 if any failed"
        )
        parser.add_argument("--parent", type=int, help="end when this process does")

    def handle(self, *, once: bool, parent: int | None, **_: Any) -> None:
        worker = Worker()
        stop_at_signals(worker)
        start_reporting()
        if parent is not None:
            end_with(parent, worker)
        with prepared():
            if not once:
                worker.run()
            elif not worker.run_once():
                raise CommandError("A task failed; the log says which.")


def stop_at_signals(worker: Worker) -> None:
    """Have signals end the loop, not the step."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def end_with(parent: int, worker: Worker) -> None:
    """Stop once `parent` is gone: the kernel tells, and where it cannot, a look now and then."""
    set_death_signal(signal.SIGTERM)

    def look() -> None:
        while os.getppid() == parent and not worker.stopping.wait(LOOK_SECONDS):
            pass
        worker.stopping.set()

    Thread(target=look, name="look-after-parent", daemon=True).start()
