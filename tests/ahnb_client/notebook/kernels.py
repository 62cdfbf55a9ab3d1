"""Real kernels, driven as JupyterLab does: with ids of cells, interrupts and restarts."""

import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

SECONDS = 60.0


@dataclass
class Answer:
    """What one cell showed."""

    text: str = ""
    error: str = ""
    displays: list[str] = field(default_factory=list)  # ids of what it displayed


class Kernel:
    """A kernel in a process of its own, and everything that it has shown."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.pages: dict[str, list[str]] = {}  # HTML by display id, each state of it
        self.said = ""  # on standard output and error
        self._manager = KernelManager()
        self._manager.start_kernel(env=settings)
        self._client: BlockingKernelClient = self._connected()

    def _connected(self) -> BlockingKernelClient:
        client = self._manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=SECONDS)
        return client

    def run(self, source: str, cell: str | None = None, deleted: Sequence[str] = ()) -> Answer:
        """Execute a cell and wait for its end."""
        return self.wait(self.send(source, cell, deleted))

    def send(self, source: str, cell: str | None = None, deleted: Sequence[str] = ()) -> str:
        """Have a cell executed; gives the id of the request."""
        content = {
            "code": textwrap.dedent(source).strip(),
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        metadata: dict[str, Any] = {"deletedCells": list(deleted)}
        if cell is not None:
            metadata["cellId"] = cell
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def wait(self, request: str) -> Answer:
        """Wait for the end of a request."""
        answer = Answer()
        while True:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            self._take(message, answer)
            is_own = message["parent_header"].get("msg_id") == request
            if is_own and message["content"].get("execution_state") == "idle":
                return answer

    def wait_for(self, said: str) -> None:
        """Wait until the kernel has printed this."""
        deadline = time.monotonic() + SECONDS
        while said not in self.said:
            assert time.monotonic() < deadline, self.said
            self._take(self._client.get_iopub_msg(timeout=SECONDS), Answer())

    def listen(self, seconds: float) -> None:
        """Take in what comes by itself."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self._take(self._client.get_iopub_msg(timeout=left), Answer())
            except Empty:
                return

    def _take(self, message: dict[str, Any], answer: Answer) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            answer.text += content["text"]
            self.said += content["text"]
        elif kind == "error":
            answer.error = content["ename"]
        elif kind in ("display_data", "update_display_data") and "text/html" in content["data"]:
            display = content["transient"].get("display_id", "")
            self.pages.setdefault(display, []).append(content["data"]["text/html"])
            answer.displays.append(display)

    def interrupt(self) -> None:
        """What the stop button does."""
        self._manager.interrupt_kernel()

    def restart(self, *, kill: bool) -> None:
        """Restart, by asking the kernel or by SIGKILL."""
        self._client.stop_channels()
        self._manager.restart_kernel(now=kill, env=self.settings)
        self._client = self._connected()

    def close(self) -> None:
        """Shut the kernel down."""
        self._client.stop_channels()
        self._manager.shutdown_kernel()
        self._manager.cleanup_resources()
