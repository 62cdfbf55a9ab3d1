"""The files of a shipment: sent when its points are delivered, and lost with a reason or not."""

import time
from typing import Any, Generic, TypeVar

from .answers import Answer, Verdict
from .files import Files, WaitingFile
from .pace import Pace
from .uploads import FileServer, Upload, Uploads

PATIENCE_SECONDS = 0.05  # for a file: so long may points of other runs wait
ServerT = TypeVar("ServerT", bound=FileServer)


class ShipsFiles(Pace, Generic[ServerT]):
    """The part of a shipment that sends the files of its spool."""

    def __init__(self, run_id: str, files: Files | None, *, quiet: bool) -> None:
        super().__init__(run_id, quiet=quiet)
        self._uploads = Uploads(files) if files else None
        self._upload: Upload | None = None  # under way
        self._points_due = 0.0  # as `due`, while files are sent in between
        self._given_up = 0  # the number of a file of which it is only left to say that it is lost

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

    def hurry(self) -> None:
        """Send what there is now, unless the server was in trouble."""
        super().hurry()
        self._points_due = min(self._points_due, self.due)

    def retry_now(self) -> None:
        """Try at once even after trouble, but for a wait that the server asked for."""
        super().retry_now()
        self._points_due = min(self._points_due, self.due)
        if self._uploads is not None:
            self._uploads.retry_now()

    def _look_soon(self) -> None:
        """While a file is under way, see often what became of it."""
        if self._upload is not None:
            self.due = min(self.due, time.monotonic())

    def _send_file(self, server: ServerT) -> bool:
        """Begin with the next file, or see what became of one; False if there is none now."""
        uploads = self._uploads
        if uploads is None:
            return False
        if self._upload is None:
            file = uploads.next()
            if file is None:
                return False
            if file.number == self._given_up:
                uploads.forget(file)
                return True
            self._upload = uploads.begin(server, self.run_id, file)
        answer = self._upload.answer(PATIENCE_SECONDS)
        if answer is not None:
            file, self._upload = self._upload.file, None
            self._judge(uploads, file, answer)
        return True

    def _judge(self, uploads: Uploads, file: WaitingFile, answer: Answer) -> None:
        match uploads.judged(file, answer):
            case Verdict.ACCEPTED:
                self.succeed()
                uploads.accept(file)
            case Verdict.REFUSED:
                self._lose(uploads, file, answer.code, answer.reason)
            case other:
                self.cope(other, answer)
                uploads.pause(self.due)

    def _lose(self, uploads: Uploads, file: WaitingFile, code: str, reason: str) -> None:
        """The server will never take this file: it hears so before the copy goes."""
        self.say(f"the server refused the file {file.name}: {reason}", f"file {code}")
        why = {"code": code, "detail": reason}
        lost = {"reasons": {"file": 1}, "file": file.name, **why}
        if self._tell_lost(lost, {"file": file.document(), **why}):
            self._given_up = file.number
        self.due = time.monotonic()
