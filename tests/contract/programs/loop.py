"""Logs points as fast as the spool takes them until the file `stop` is there. No Keras."""

import sys
import time
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        step = 0
        while not (folder / "stop").exists():
            for _ in range(100):
                run.log({"reward": step / 7, "speed": 1 / (step + 1)}, step=step)
                truth.write(f"reward,{step},{step / 7!r}\nspeed,{step},{1 / (step + 1)!r}\n")
                step += 1
            truth.flush()
            time.sleep(0.02)
