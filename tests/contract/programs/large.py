"""Attaches a file of 64 MB, waits until it is sent, and writes down the peaks of its memory."""

import resource
import sys
from pathlib import Path

import ahnb_client


def peak_kilobytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    path = folder / "large.bin"
    with path.open("wb") as file:
        for number in range(64):
            file.write(bytes([number]) * 1_000_000)
    with ahnb_client.run() as run:
        (folder / "loop.run").write_text(run.id)
        run.log({"loss": 1.0})
        (folder / "small.bin").write_bytes(b"x")
        run.log_artifact(folder / "small.bin")  # what has to be imported is imported
        assert run.wait(60)
        before = peak_kilobytes()
        run.log_artifact(path)
        assert run.wait(60)
        (folder / "memory").write_text(f"{before} {peak_kilobytes()}")
