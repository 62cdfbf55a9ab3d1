"""Logs beside a pool of processes, started by fork or spawn, that hold the run too. No Keras."""

import multiprocessing
import sys
from pathlib import Path

import ahnb_client


def work(number: int) -> int:
    return number * number


if __name__ == "__main__":
    folder, method = Path(sys.argv[1]), sys.argv[2]
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        with multiprocessing.get_context(method).Pool(2) as pool:
            for step, square in enumerate(pool.imap(work, range(300))):
                run.log({"reward": square / 7}, step=step)
                truth.write(f"reward,{step},{square / 7!r}\n")
