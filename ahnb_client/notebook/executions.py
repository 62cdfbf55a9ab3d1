"""The cells that a kernel executed, in the order in which they ran."""

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ahnb_client.capture import failure
from ahnb_client.capture.secret_code import masked_code
from ahnb_client.capture.secrets import masked_text
from ahnb_client.capture.values import Json, qualified_name, text
from ahnb_client.clock import now

MAX_EXECUTIONS = 2_000
MAX_SOURCE = 262_144  # characters of one cell
MAX_SOURCES = 1_048_576  # characters of all cells in a document
RUNNING, FINISHED, FAILED, INTERRUPTED = "running", "finished", "failed", "interrupted"


@dataclass(eq=False)
class Execution:
    """One cell as it ran once. Times are UTC seconds.

    `status` and `start` are None of a cell that ran before anybody listened.
    """

    seq: int
    count: int | None
    cell: str | None
    sha256: str
    start: float | None
    status: str | None
    end: float | None = None
    error: dict[str, Json] | None = None
    left_nothing: bool = False  # it could not be compiled

    @property
    def label(self) -> str:
        """How the person finds it: the number that stands beside the cell."""
        return f"[{self.count}]" if self.count is not None else f"number {self.seq}"

    def finish(self, error: BaseException | None, *, left_nothing: bool) -> None:
        """Take down how it ended."""
        self.end, self.left_nothing = now(), left_nothing
        self.status = FINISHED
        if error is not None:
            interrupted = isinstance(error, KeyboardInterrupt)
            self.status = INTERRUPTED if interrupted else FAILED
            self.error = {
                "type": qualified_name(type(error)),
                "message": text(masked_text(failure.message(error)), 2_000),
            }

    def document(self) -> dict[str, Json]:
        """Return it as JSON; its source stands under `sha256` in the document."""
        return {
            "seq": self.seq,
            "execution_count": self.count,
            "id": self.cell,
            "sha256": self.sha256,
            "start": self.start,
            "end": self.end,
            "status": self.status,
            "error": self.error,
        }


class Executions:
    """The newest 2,000 executions, each source once. Secrets are masked before they are kept."""

    def __init__(self) -> None:
        self._executions: deque[Execution] = deque()
        self._sources: dict[str, str | None] = {}  # None: too large to be kept
        self._masked: set[str] = set()
        self._seq = 0

    def __iter__(self) -> Iterator[Execution]:
        return iter(self._executions)

    def add(
        self, source: str, count: int | None, cell: str | None, start: float | None, status: Any
    ) -> Execution:
        """Return a new execution of `source`."""
        digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
        if digest not in self._sources:
            self._keep(digest, source)
        self._seq += 1
        execution = Execution(self._seq, count, cell, digest, start, status)
        self._executions.append(execution)
        if len(self._executions) > MAX_EXECUTIONS:
            self._forget(self._executions.popleft())
        return execution

    def _keep(self, digest: str, source: str) -> None:
        if len(source) > MAX_SOURCE:
            self._sources[digest] = None
            return
        masked = self._sources[digest] = text(masked_code(source), MAX_SOURCE)
        if masked != source:
            self._masked.add(digest)

    def _forget(self, execution: Execution) -> None:
        if all(other.sha256 != execution.sha256 for other in self._executions):
            del self._sources[execution.sha256]
            self._masked.discard(execution.sha256)

    def document(self) -> dict[str, Json]:
        """Return `cells`, their `sources` by hash, which were `masked`, how many are missing.

        The newest sources come first where there is no room for all; others are None.
        """
        room = MAX_SOURCES
        sources: dict[str, str | None] = {}
        for execution in reversed(self._executions):
            source = self._sources[execution.sha256]
            if execution.sha256 not in sources:
                room -= len(source or "")
                sources[execution.sha256] = source if room >= 0 else None
        return {
            "cells": [execution.document() for execution in self._executions],
            "sources": sources,
            "masked": sorted(self._masked),
            "more_cells": self._seq - len(self._executions),
        }
