"""The plan: what each seq holds, on disk before the seq is first sent."""

import contextlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from .journal import START, Position
from .writing import write_whole

PLAN = "plan"


@dataclass(frozen=True)
class Pending:
    """A batch that may have been sent: its exact body, and the records that it covers."""

    seq: int
    body: bytes  # gzip
    start: Position
    end: Position
    records: int
    points: int = 0
    status: str | None = None  # of the run, if the batch sets it
    last_at: float | None = None  # when its last record was made
    extras: tuple[str, ...] = ()  # events in it that no record holds, as JSON
    replaces_refused: bool = False  # holds a `lost` event in place of what the server refused


@dataclass
class Plan:
    """How far the delivery of one spool has come."""

    writer: str
    acked: int = 0
    position: Position = START  # everything before it is on the server
    created: bool = False
    points: int = 0  # on the server
    status: str | None = None
    last_at: float | None = None
    pending: Pending | None = None
    folder: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, folder: Path | None, writer: str, fresh_writer: str) -> Self:
        """The plan of a spool; a new one for `writer` if it has none yet.

        A plan that cannot be read says nothing about the seqs already used, so that what is
        left goes out under `fresh_writer`: twice rather than never.
        """
        if folder is None or not (folder / PLAN).exists():
            return cls(writer, folder=folder)
        try:
            return cls._parse((folder / PLAN).read_bytes(), folder)
        except (OSError, ValueError, TypeError, KeyError):
            return cls(fresh_writer, folder=folder)

    @classmethod
    def _parse(cls, data: bytes, folder: Path) -> Self:
        head, _, body = data.partition(b"\n")
        checksum, _, text = head.partition(b" ")
        if int(checksum) != crc32(text + body):
            raise ValueError("the plan is damaged")
        fields: dict[str, Any] = json.loads(text)
        if fields["pending"] is not None:
            pending = fields["pending"]
            for name in ("start", "end"):
                pending[name] = Position._make(pending[name])
            pending["extras"] = tuple(pending["extras"])
            fields["pending"] = Pending(**pending, body=body)
        fields["position"] = Position._make(fields["position"])
        return cls(**fields, folder=folder)

    def send_next(self, pending: Pending) -> None:
        """Write down what is about to be sent. It never changes while an answer may be lost."""
        self.pending = pending
        self._save()

    def confirm(self) -> None:
        """The server has the pending batch. Written down with the next one, or by `settle`."""
        if self.pending is None:
            return
        self.acked, self.position = self.pending.seq, self.pending.end
        self.status = self.pending.status or self.status
        self.points += self.pending.points
        self.last_at = self.pending.last_at or self.last_at
        self.pending = None

    def settle(self) -> None:
        """Write down how far the delivery has come."""
        self._save()

    def _save(self) -> None:
        if self.folder is None:
            return
        body = b"" if self.pending is None else self.pending.body
        bare = replace(self, pending=None, folder=None)
        fields = asdict(bare) | {"pending": None}
        if self.pending is not None:
            fields["pending"] = asdict(self.pending)
            del fields["pending"]["body"]
        del fields["folder"]
        text = json.dumps(fields).encode()
        # On a full disk the plan lives in memory alone: sending is what makes room again.
        with contextlib.suppress(OSError):
            write_whole(self.folder / PLAN, b"%d %s\n%s" % (crc32(text + body), text, body))
