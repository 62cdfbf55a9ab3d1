"""Imports Keras once, then runs each program in a forked process of its own.

A JSON request per line of standard input, an answer per line of standard output:

    {"start": "module", "arguments": […], "environment": {…}, "folder": "…"}  ->  {"pid": 17}
    {"wait": 17, "seconds": 60}  ->  {"code": -2}, as `subprocess` counts; null: it still runs

A child goes on as if it had been started alone: it is `__main__`, with a new environment, and
ends as Python ends. Nothing of `ahnb_client` is loaded before the fork.
"""

import json
import os
import runpy
import signal
import sys
import time
from importlib import import_module
from typing import Any

Request = dict[str, Any]


def serve() -> Request | None:
    """Answer until the end of the input; in a child, give the request that it was made for."""
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = {"code": _code(request["wait"], request["seconds"])}
        elif pid := os.fork():
            answer = {"pid": pid}
        else:
            return dict(request)
        print(json.dumps(answer), flush=True)
    return None


def _code(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.01)


def become(request: Request) -> None:
    """Take the environment, arguments and files of the program.

    Whoever started the tests in the background may have had SIGINT ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(f"{request['folder']}/{name}", flags, 0o600), descriptor)


if __name__ == "__main__":
    for name in ("keras", "tensorflow"):
        import_module(name)
    if program := serve():
        become(program)
        runpy.run_module(program["start"], run_name="__main__", alter_sys=True)
