"""Attaches a file while the disk of the spool fills up under its copy, and logs on. No Keras."""

import os
import sys
from pathlib import Path
from typing import Any

import ahnb_client

LEFT_BYTES = 10 << 20  # that the copy still finds
SIZE = 24 << 20


def fill_the_disk(event: str, arguments: tuple[Any, ...]) -> None:
    """As another program would, just when the copy is begun."""
    spool = Path(os.environ["AHNB_DIR"])
    if event == "open" and str(arguments[0]).endswith(".part") and not (spool / "other").exists():
        found = os.statvfs(spool)
        descriptor = os.open(spool / "other", os.O_CREAT | os.O_WRONLY)
        os.posix_fallocate(descriptor, 0, found.f_bavail * found.f_frsize - LEFT_BYTES)
        os.close(descriptor)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with (folder / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    with ahnb_client.run(capture="-all") as run:
        (folder / "loop.run").write_text(run.id)
        run.log({"loss": 0.5}, step=0)
        sys.addaudithook(fill_the_disk)
        run.log_artifact(folder / "large.bin")
        assert run.folder is not None
        left = [path.name for path in (run.folder / "files").iterdir()]
        (folder / "left").write_text("\n".join(left))
        for step in range(1, 1000):
            run.log({"loss": 0.5}, step=step)
