"""What a run offers for files: copied into its spool at once, sent by the sender's thread."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..notices import tell
from ..record import to_step
from ..run_part import RunPart
from .names import file_name

if TYPE_CHECKING:
    from ..transport.spool import Spool


class LogsFiles(RunPart):
    """The part of a run that takes files."""

    _spool: Spool | None

    def log_artifact(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        step: int | None = None,
        *,
        newest_only: bool = False,
    ) -> None:
        """Attach a file to the run, as it is now; the same name again is its next version.

        It is copied before this returns, and may be changed or deleted then.

        Args:
            name: what it is called there, as ``checkpoints/best.keras``; its own name by default.
            step: the step that it belongs to.
            newest_only: what waits under this name and was not sent yet need not be sent.
        """
        self._attach([(path, name)], step, newest_only=newest_only)

    def log_artifacts(self, folder: str | PathLike[str], prefix: str = "") -> None:
        """Attach every file of a folder and of the folders in it, under `prefix` and its path.

        Files that are made for secrets (`.env`, `*.pem` …) are left out, and links that lead out
        of the folder are not followed; both is told.
        """
        self._attach(_files_in(Path(folder), prefix), None)

    def _attach(
        self,
        files: Iterable[tuple[str | PathLike[str], str | None]],
        step: int | None,
        *,
        newest_only: bool = False,
    ) -> None:
        with self._taking():
            if self._journal.closed:  # nothing is recorded, or not by this process
                return
            with self._told("folder"):
                for path, name in files:
                    with self._told(f"file {path!s} {name}"):
                        place = None if step is None else to_step(step)
                        self._copy(Path(path), name, place, newest_only=newest_only)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - told once, never raised into a training
            self._report("file", error, once=what)

    def _copy(self, path: Path, name: str | None, step: int | None, *, newest_only: bool) -> None:
        if self._spool is None:
            raise ConfigurationError(f"{path}: there is no folder to keep a copy in (AHNB_DIR)")
        called = file_name(path.name if name is None else str(name))
        try:
            room = self._journal.room_for_files
            self._spool.files.add(path, called, step, newest_only=newest_only, most=room)
        except OSError as error:
            raise ConfigurationError(f"{self._spool.folder}: {error.strerror}") from error


def _files_in(folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """Each file below a folder and its name, in the order of the names.

    Raises:
        ConfigurationError: it is no folder, or cannot be read.
    """
    from ..capture.secret_code import holds_secrets

    before = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    root = folder.resolve()
    for path in sorted(_below(folder)):
        target = path.resolve() if path.is_symlink() else path
        if target is not path and not target.is_relative_to(root):
            tell(f"not attached: {path}, a link out of the folder; log_artifact takes it")
        elif holds_secrets(path.name) or holds_secrets(target.name):
            tell(f"not attached: {path}, made for secrets; log_artifact takes it")
        elif not target.is_dir():  # a link to a folder in it, whose files have their own names
            yield path, before + path.relative_to(folder).as_posix()


def _below(folder: Path) -> Iterator[Path]:
    def give_up(error: OSError) -> None:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error

    for place, folders, names in os.walk(folder, onerror=give_up):
        yield from (Path(place, name) for name in names)
        yield from (link for name in folders if (link := Path(place, name)).is_symlink())
