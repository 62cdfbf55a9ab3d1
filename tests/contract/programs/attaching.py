"""Attaches files and waits: for the file `stop` before its run ends, if an argument says so."""

import sys
import time
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run:
        (folder / "loop.run").write_text(run.id)
        run.log({"loss": 0.5}, step=0)
        for number in range(3):
            path = folder / "model.keras"
            path.write_bytes(bytes([number]) * (1000 + number))
            run.log_artifact(path, "checkpoints/model.keras", step=number)
            path.unlink()
        (folder / "attached").touch()
        while not (folder / "stop").exists():
            time.sleep(0.01)
