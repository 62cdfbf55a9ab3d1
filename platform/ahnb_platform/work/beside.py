"""A worker beside the web server: a child process that is started again when it dies."""

import logging
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

from django.conf import settings

STOP_SECONDS = 5.0
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
# Who has lived so long did not die of its start.
LONG_LIFE_SECONDS = 60.0

logger = logging.getLogger(__name__)


class WorkerBeside:
    """`manage.py worker` as a child; the web server never waits for it, and it ends with it."""

    def __init__(self, pid: int) -> None:
        """Nothing is started yet; `pid` is of this process, whose end ends the child."""
        manage = Path(settings.BASE_DIR) / "manage.py"
        self.command = [sys.executable, str(manage), "worker", "--parent", str(pid)]
        self.stopping = Event()
        self.process: subprocess.Popen[bytes] | None = None
        # The kernel ties the child to the thread that starts it: one that lasts.
        self.thread = Thread(target=self.keep, name="worker-beside", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def keep(self) -> None:
        """Start it, and again whenever it has ended."""
        pause = FIRST_PAUSE
        while not self.stopping.is_set():
            # A session of its own: a terminal's signals are for the server, which ends it.
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, start_new_session=True
            )
            quick = self.ended_within(LONG_LIFE_SECONDS)
            if self.stopping.is_set():
                return
            logger.warning("the worker ended (%s); it is started again", self.process.poll())
            pause = min(pause * 2, LAST_PAUSE) if quick else FIRST_PAUSE
            self.stopping.wait(pause)

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, however long; whether it came so soon."""
        assert self.process is not None  # noqa: S101 - for the type checker
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.wait()
            return False
        return True

    def stop(self) -> None:
        """Let it finish its step, for a while; then it is killed, and loses nothing by that."""
        self.stopping.set()
        for end in ("terminate", "kill"):
            if self.thread.is_alive():
                if self.process is not None:
                    getattr(self.process, end)()
                self.thread.join(STOP_SECONDS)
