"""Logs a given number of points of two metrics, writing the truth beside it. No Keras."""

import sys
import time
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder, points = Path(sys.argv[1]), int(sys.argv[2])
    slowest = 0.0
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        for step in range(points):
            begun = time.perf_counter()
            run.log({"reward": step / 7, "speed": 1 / (step + 1)}, step=step)
            slowest = max(slowest, time.perf_counter() - begun)
            truth.write(f"reward,{step},{step / 7!r}\nspeed,{step},{1 / (step + 1)!r}\n")
            if step % 100 == 99:
                truth.flush()
                time.sleep(0.01)
    (folder / "slowest").write_text(repr(slowest))
    (folder / "trained").touch()
