"""Begins a run, forks four workers that each record one of their own, and goes on. No Keras."""

import os
import sys
import time
from pathlib import Path

import ahnb_client

WORKERS = 4


def record(folder: Path, name: str, run: ahnb_client.Run) -> None:
    (folder / f"{name}.run").write_text(run.id)
    with (folder / f"{name}.csv").open("w") as truth:
        for step in range(300):
            run.log({name: step / 7}, step=step)
            truth.write(f"{name},{step},{step / 7!r}\n")
            time.sleep(0.001)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run:
        children = []
        for number in range(WORKERS):
            child = os.fork()
            if child == 0:
                with ahnb_client.run() as own:
                    record(folder, f"worker-{number}", own)
                sys.exit(0)  # as a worker ends: what it recorded is still delivered
            children.append(child)
        record(folder, "loop", run)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.exit(max(map(abs, codes)))
