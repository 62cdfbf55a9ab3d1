"""The files of a shipment: sent when its points are delivered, and lost with a reason or not."""

import time
from typing import Any, Generic, TypeVar

from .answers import Verdict
from .files import Files, WaitingFile
from .pace import Pace
from .uploads import FileServer, Uploads

ServerT = TypeVar("ServerT", bound=FileServer)


class ShipsFiles(Pace, Generic[ServerT]):
    """The part of a shipment that sends the files of its spool."""

    def __init__(
        self, run_id: str, files: Files | None, *, quiet: bool, look_seconds: float
    ) -> None:
        super().__init__(run_id, quiet=quiet)
        self._look_seconds = look_seconds
        self._uploads = Uploads(files) if files else None
        self._next_look = 0.0
        self._given_up = 0  # the number of a file of which it is only left to say that it is lost

    def _advance(self, server: ServerT) -> None:
        """Send the next points or the next sign of life, if there is one to send."""
        raise NotImplementedError

    def _tell_lost(self, lost: dict[str, Any], kept: dict[str, Any]) -> bool:
        """Write down a `lost` event as the next batch, and a line for the person; False if
        another batch has to go first."""
        raise NotImplementedError

    @property
    def sent_files(self) -> int:
        """How many files this process delivered."""
        return self._uploads.sent if self._uploads else 0

    @property
    def has_files(self) -> bool:
        """Whether a file waits, or is being copied."""
        return self._uploads is not None and not self._uploads.files.is_empty

    def waiting_files(self) -> set[int]:
        """The numbers of the files that the server does not have yet."""
        return self._uploads.files.numbers() if self._uploads else set()

    def retry_now(self) -> None:
        """Try at once even after trouble, but for a wait that the server asked for."""
        super().retry_now()
        if self._uploads is not None:
            self._uploads.retry_now()

    def _send_file(self, server: ServerT) -> bool:
        """Send the next file; False if there is none to be sent now."""
        uploads = self._uploads
        file = uploads.next() if uploads else None
        if uploads is None or file is None:
            return False
        if file.number == self._given_up:
            uploads.forget(file)
            return True
        self._next_look = time.monotonic() + self._look_seconds
        answer = uploads.send(server, self.run_id, file, lambda: self._meanwhile(server))
        match uploads.judged(file, answer):
            case Verdict.ACCEPTED:
                self.succeed()
                uploads.accept(file)
            case Verdict.REFUSED:
                self._lose(uploads, file, answer.code, answer.reason)
            case other:
                self.cope(other, answer)
                uploads.pause(self.due)
        return True

    def _meanwhile(self, server: ServerT) -> None:
        """Let points and signs of life go on while a large file is under way."""
        if time.monotonic() >= self._next_look:
            self._advance(server)
            self._next_look = time.monotonic() + self._look_seconds

    def _lose(self, uploads: Uploads, file: WaitingFile, code: str, reason: str) -> None:
        """The server will never take this file: it hears so before the copy goes."""
        self.say(f"the server refused the file {file.name}: {reason}", f"file {code}")
        why = {"code": code, "detail": reason}
        lost = {"reasons": {"file": 1}, "file": file.name, **why}
        if self._tell_lost(lost, {"file": file.document(), **why}):
            self._given_up = file.number
        self.due = time.monotonic()
