"""Logs so many points of two metrics, then waits for the file `stop` before its run ends."""

import sys
import time
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder, points = Path(sys.argv[1]), int(sys.argv[2])
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        for step in range(points):
            run.log({"reward": step / 7, "speed": 1 / (step + 1)}, step=step)
            truth.write(f"reward,{step},{step / 7!r}\nspeed,{step},{1 / (step + 1)!r}\n")
            if step % 100 == 99:
                truth.flush()
                time.sleep(0.01)
        truth.flush()
        (folder / "logged").touch()
        while not (folder / "stop").exists():
            time.sleep(0.01)
