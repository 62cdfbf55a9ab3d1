"""A server that speaks the contract and can be put out of order: a process of its own.

    python -m benchmarks.client.faulty PORT KIND SECONDS

SECONDS after its first request it goes wrong: `down` closes the port, `hole` takes requests and
never answers, `slow` answers after ten seconds; `well` never does.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW_SECONDS = 10.0


class Handler(BaseHTTPRequestHandler):
    """Answers as a server does that stores everything."""

    protocol_version = "HTTP/1.1"
    kind, seconds = "well", 0.0
    wrong_at = float("inf")
    begun = threading.Event()

    def do_PUT(self) -> None:
        if not self.begun.is_set():
            Handler.wrong_at = time.monotonic() + self.seconds
            self.begun.set()
        self._body()
        self._answer({"id": self.path.strip("/").split("/")[3], "number": 1})

    def do_POST(self) -> None:
        seq = json.loads(gzip.decompress(self._body()))["seq"]
        self._answer({"acked": seq, "duplicate": False, "rejected": []})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, document: dict[str, Any]) -> None:
        if time.monotonic() >= self.wrong_at:
            if self.kind == "hole":
                time.sleep(3600)
            elif self.kind == "slow":
                time.sleep(SLOW_SECONDS)
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Nothing to tell."""


class Server(ThreadingHTTPServer):
    """Does not wait for threads that never answer."""

    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:
        """A client that hangs up is part of it."""


def main(port: int, kind: str, seconds: float) -> None:
    Handler.kind, Handler.seconds = kind, seconds
    server = Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if kind == "down":
        Handler.begun.wait()
        time.sleep(seconds)
        return  # with the process go its port and its connections
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
