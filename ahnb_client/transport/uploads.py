"""Sending the files that wait in a spool, one after another."""

import threading
import time
from collections import Counter
from typing import Any, Protocol, Self

from ..words import numbered
from .answers import Answer, Backoff, Verdict, verdict
from .files import FileBody, Files, WaitingFile

MAX_SPOILED = 3  # so often is a file sent that arrives as something else
SPOILED = {"hash-mismatch", "short-body"}
NEVER = {"quota-exceeded"}  # although the same status says elsewhere that a person has to act


class FileServer(Protocol):
    """What uploads ask of a server; `http.Server` is one."""

    def another(self) -> Self: ...
    def put_file(self, run_id: str, query: dict[str, Any], body: FileBody | bytes, /) -> Answer: ...
    def get_files(self, run_id: str, /) -> Answer: ...


class Upload:
    """A file on its way: points of this run and of others overtake it."""

    def __init__(self, server: FileServer, run_id: str, file: WaitingFile) -> None:
        """Begin to send."""
        self.file = file
        self._server, self._run_id = server, run_id
        self._is_over = threading.Event()
        self._answer = Answer(None)
        try:
            threading.Thread(target=self._work, name="ahnb-upload", daemon=True).start()
        except RuntimeError:  # the process ends, and no new thread may begin
            self._work()

    def answer(self, patience: float) -> Answer | None:
        """What the server said; None if that takes more than `patience` seconds."""
        return self._answer if self._is_over.wait(patience) else None

    def _work(self) -> None:
        try:
            self._answer = send_file(self._server, self._run_id, self.file)
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is sent again
            self._answer = Answer(None, trouble=f"{type(error).__name__}: {error}")
        finally:
            self._is_over.set()


class Uploads:
    """The files of one spool on their way. Their pauses after trouble are their own: what points
    achieve meanwhile says nothing about files."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.sent = 0  # by this process
        self._backoff = Backoff()
        self._not_before = 0.0
        self._server: FileServer | None = None  # as the threads see it, one after another
        self._spoiled: Counter[int] = Counter()

    def next(self) -> WaitingFile | None:
        """The file to be sent now."""
        return self.files.first() if time.monotonic() >= self._not_before else None

    def begin(self, server: FileServer, run_id: str, file: WaitingFile) -> Upload:
        """Send it in a thread of its own, over connections of its own."""
        self._server = self._server or server.another()
        return Upload(self._server, run_id, file)

    def judged(self, file: WaitingFile, answer: Answer) -> Verdict:
        """What an answer means for a file: REFUSED is for good."""
        found = verdict(answer, is_ours=answer.document.get("sha256") == file.sha256)
        if answer.code in SPOILED:
            self._spoiled[file.number] += 1
            is_over = self._spoiled[file.number] >= MAX_SPOILED
            return Verdict.REFUSED if is_over else Verdict.RETRY
        if found is Verdict.TOO_LARGE or answer.code in NEVER:
            return Verdict.REFUSED
        return found

    def accept(self, file: WaitingFile) -> None:
        """The server has it."""
        self.sent += 1
        self._backoff.succeed()
        self.forget(file)

    def forget(self, file: WaitingFile) -> None:
        """Send it no more."""
        self._spoiled.pop(file.number, None)
        self.files.remove(file)

    def pause(self, until: float) -> None:
        """Leave files alone until then (monotonic seconds), and longer after each trouble."""
        self._not_before = max(until, time.monotonic() + self._backoff.fail())

    def retry_now(self) -> None:
        """Try at once even after trouble."""
        self._not_before = 0.0
        self._backoff.succeed()


def send_file(server: FileServer, run_id: str, file: WaitingFile) -> Answer:
    """Send a file, piece by piece from the disk."""
    opened = file.open()
    if opened is None:
        return Answer(400, {"code": "damaged", "detail": "its copy was damaged on the disk"})
    query: dict[str, Any] = {"name": file.name, "sha256": file.sha256}
    query |= {} if file.step is None else {"step": file.step}
    with opened:
        body = FileBody(opened, file.size) if file.size else b""
        answer = server.put_file(run_id, query, body)
    if answer.status is None and file.size:
        return _explained(server, run_id, file) or answer
    return answer


def _explained(server: FileServer, run_id: str, file: WaitingFile) -> Answer | None:
    """Why a connection broke: a server that refuses a body for its size does not read it, and
    its answer may be lost with the connection."""
    answer = server.get_files(run_id)
    limits = answer.document.get("limits")
    if not isinstance(limits, dict):
        return answer if answer.status == 410 else None
    most, room = limits.get("file_bytes"), limits.get("project_bytes")
    if isinstance(most, int) and file.size > most:
        detail = f"A file has at most {numbered(most, 'byte')} here."
        return Answer(413, {"code": "file-too-large", "detail": detail})
    if isinstance(room, int) and file.size + int(limits.get("used_bytes") or 0) > room:
        told = numbered(room, "byte")
        detail = f"The project's files may take {told}, and this one would not fit."
        return Answer(403, {"code": "quota-exceeded", "detail": detail})
    return None
