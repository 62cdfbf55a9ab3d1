"""The files that Keras' `ModelCheckpoint` writes in a fit, told by their names and times alone."""

import os
from collections.abc import Iterable
from glob import escape, glob
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple, Self

ENDINGS = (".keras", ".h5")
PREFIX = "checkpoints"


class Stamp(NamedTuple):
    """What changes when a file is written."""

    modified_ns: int
    size: int
    inode: int


class Checkpoint(NamedTuple):
    """A file that was written, and whether it takes the place of what it was before."""

    path: Path
    is_best: bool

    @property
    def name(self) -> str:
        """What it is called among the files of a run."""
        return f"{PREFIX}/{self.path.name}"


class Checkpoints:
    """The files of some `ModelCheckpoint`s, looked at from a moment on. Nothing is opened."""

    def __init__(self, patterns: Iterable[tuple[str, bool]]) -> None:
        """Begin with what lies there already, which is none of this fit.

        Args:
            patterns: of `glob`, each with whether only the best one is kept.
        """
        self._patterns = list(patterns)
        self._seen: dict[Path, Stamp] = {}
        self.written()

    @classmethod
    def among(cls, callbacks: Iterable[Any]) -> Self:
        """Those that are found among the callbacks of a fit, on a disk of this machine."""
        found = []
        for callback in callbacks:
            names = {base.__name__ for base in type(callback).__mro__}
            path = os.fspath(getattr(callback, "filepath", None) or "")
            if "ModelCheckpoint" in names and path.endswith(ENDINGS) and "://" not in path:
                found.append((pattern_of(path), bool(getattr(callback, "save_best_only", False))))
        return cls(found)

    def written(self) -> list[Checkpoint]:
        """What was written since the last call, the oldest first."""
        found: dict[Path, bool] = {}
        for pattern, is_best in self._patterns:
            paths = glob(pattern)  # noqa: PTH207 - it may be absolute, which `Path.glob` refuses
            found |= dict.fromkeys(map(Path, paths), is_best)
        fresh = []
        for path, is_best in found.items():
            stamp = _stamp(path)
            if stamp is not None and stamp != self._seen.get(path):
                self._seen[path] = stamp
                fresh.append(Checkpoint(path, is_best))
        return sorted(fresh, key=lambda one: self._seen[one.path])


def pattern_of(template: str) -> str:
    """The pattern of `glob` for ``model.{epoch:02d}-{val_loss:.2f}.keras`` and the like."""
    try:
        parts = [(text, field) for text, field, _, _ in Formatter().parse(template)]
    except ValueError:  # Keras says what is wrong with it, or takes it as it is
        return escape(template)
    return "".join(escape(text) + ("" if field is None else "*") for text, field in parts)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:  # Keras, or the person, deleted it meanwhile
        return None
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)
