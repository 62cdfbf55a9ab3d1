"""How a job that was started over goes on with its run: a note beside Keras' backup.

`BackupAndRestore` keeps the state of a training in a folder, until the training has ended. In the
same folder lies which run that was, and where its epochs begin; so it goes where the backup goes.
"""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

NAME = "ahnb-run.json"
KEPT_EPOCHS = 10


@dataclass
class Memory:
    """A run as its note tells it; `starts` has the first step of its newest epochs."""

    run_id: str
    attempt: int = 0
    starts: dict[int, int] = field(default_factory=dict)

    def start_of(self, epoch: int) -> int:
        """Return the step at which an epoch begins, estimated where it is not known."""
        if epoch in self.starts or not self.starts:
            return self.starts.get(epoch, 0)
        last = max(self.starts)
        return round(self.starts[last] * epoch / last) if last else 0

    def begin_epoch(self, epoch: int, step: int) -> None:
        """Take note that `epoch` begins at `step`."""
        self.starts[epoch] = step
        self.starts = dict(sorted(self.starts.items())[-KEPT_EPOCHS:])


class Backup:
    """The folder of a `BackupAndRestore`, with our note in it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    @classmethod
    def among(cls, callbacks: Iterable[Any]) -> Self | None:
        """Return that of the first `BackupAndRestore` with a folder on a disk of this machine."""
        for callback in callbacks:
            names = {base.__name__ for base in type(callback).__mro__}
            folder = getattr(callback, "backup_dir", None)
            if "BackupAndRestore" in names and folder and "://" not in os.fspath(folder):
                return cls(Path(os.fspath(folder)))
        return None

    def read(self) -> Memory | None:
        """Return what was noted; None if nothing, or nothing that can be read."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            noted = json.loads(self._path.read_text())
            starts = {int(epoch): int(step) for epoch, step in noted["starts"].items()}
            return Memory(str(noted["run_id"]), int(noted["attempt"]), starts)
        return None

    def write(self, memory: Memory) -> None:
        """Note it; a process that dies meanwhile leaves the old note."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(vars(memory)))
        new.replace(self._path)

    def forget(self) -> None:
        """Remove the note: the training has ended."""
        self._path.unlink(missing_ok=True)
