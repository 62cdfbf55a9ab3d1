"""Logs 5,000 records, one of them under a name that no server takes. No Keras."""

import sys
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        for step in range(4999):
            run.log({"reward": step / 7}, step=step)
            truth.write(f"reward,{step},{step / 7!r}\n")
            if step == 2718:
                run.log({"x" * 5000: 1.0}, step=step)
