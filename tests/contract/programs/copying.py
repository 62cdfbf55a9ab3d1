"""Attaches a large file again and again without pause, each time under another name."""

import sys
from itertools import count
from pathlib import Path

import ahnb_client

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "large.bin").write_bytes(bytes(8_000_000))
    run = ahnb_client.run()
    (folder / "loop.run").write_text(run.id)
    for number in count():
        run.log_artifact(folder / "large.bin", f"{number}.bin")
        (folder / f"copied-{number}").touch()
