"""Sending the files that wait in a spool, one after another."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from ..words import numbered
from .answers import Answer, Backoff, Verdict, verdict
from .files import FileBody, Files, WaitingFile

MAX_SPOILED = 3  # so often is a file sent that arrives as something else
SPOILED = {"hash-mismatch", "short-body"}
NEVER = {"quota-exceeded"}  # although the same status says elsewhere that a person has to act


class FileServer(Protocol):
    """What uploads ask of a server; `http.Server` is one."""

    def put_file(self, run_id: str, query: dict[str, Any], body: FileBody | bytes, /) -> Answer: ...
    def get_files(self, run_id: str, /) -> Answer: ...


class Uploads:
    """The files of one spool on their way. Their pauses after trouble are their own: what points
    achieve meanwhile says nothing about files."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.sent = 0  # by this process
        self._backoff = Backoff()
        self._not_before = 0.0
        self._spoiled: Counter[int] = Counter()

    def next(self) -> WaitingFile | None:
        """The file to be sent now."""
        return self.files.first() if time.monotonic() >= self._not_before else None

    def send(
        self, server: FileServer, run_id: str, file: WaitingFile, between: Callable[[], None]
    ) -> Answer:
        """Send it, piece by piece from the disk; `between` is called before each piece."""
        opened = file.open()
        if opened is None:
            return Answer(400, {"code": "damaged", "detail": "its copy was damaged on the disk"})
        query: dict[str, Any] = {"name": file.name, "sha256": file.sha256}
        query |= {} if file.step is None else {"step": file.step}
        with opened:
            body = FileBody(opened, file.size, between) if file.size else b""
            answer = server.put_file(run_id, query, body)
        if answer.status is None and file.size:
            return self._explained(server, run_id, file) or answer
        return answer

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

    def _explained(self, server: FileServer, run_id: str, file: WaitingFile) -> Answer | None:
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
