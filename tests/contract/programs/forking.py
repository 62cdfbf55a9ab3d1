"""Forks 200 times while two threads log; each child tries to record too and ends. No Keras."""

import os
import sys
import threading
import time
from pathlib import Path

import ahnb_client

WATCHDOG_SECONDS = 30.0


def await_child(child: int) -> None:
    end = time.monotonic() + WATCHDOG_SECONDS
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            if status:
                sys.exit(f"a child ended with {status}")
            return
        if time.monotonic() > end:
            sys.exit("a child hangs")
        time.sleep(0.002)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        busy, one_at_a_time = threading.Event(), threading.Lock()

        def log(name: str) -> None:
            step = 0
            while not busy.is_set():
                run.log({name: step / 7}, step=step)
                # Python 3.11's text files lose their footing when two threads write at once.
                with one_at_a_time:
                    truth.write(f"{name},{step},{step / 7!r}\n")
                step += 1
                time.sleep(0.001)

        threads = [threading.Thread(target=log, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for _ in range(200):
            child = os.fork()
            if child == 0:
                run.log({"a": -1.0})
                run.note("from the child")
                run.finish("failed")
                os._exit(0)
            await_child(child)
        busy.set()
        for thread in threads:
            thread.join()
