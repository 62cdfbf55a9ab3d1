"""Delivering one spool: what to send next, and what each answer changes."""

import time
from collections.abc import Set
from typing import Any, Protocol

from ..config import is_loopback
from ..identifiers import uuid7
from ..words import numbered
from .answers import Answer, Verdict, is_batch_answer, is_run_document, verdict
from .batch import MAX_RECORDS, Batch, compress, cut, event_text
from .creation import Creation
from .filing import ShipsFiles
from .journal import Position
from .plan import Pending, Plan
from .reader import Reader, Source
from .rejected import Rejections
from .spool import Header, Spool
from .suspects import Suspects
from .uploads import FileServer

INTERVAL_SECONDS = 2.0  # a request takes some milliseconds of the training's processor
HEARTBEAT_SECONDS = 15.0
ENDED = {"finished", "failed", "interrupted", "preempted"}
SILENT_END = "process ended without a word"


class Server(FileServer, Protocol):
    """What a shipment asks of a server; `http.Server` is one."""

    def put_run(self, run_id: str, body: dict[str, Any], /) -> Answer: ...
    def post_batch(self, run_id: str, body: bytes, /) -> Answer: ...


class Shipment(ShipsFiles[Server]):
    """The records of one process for one run, on their way to the server.

    `step` does one thing and says in `due` when the next is to be done.
    """

    def __init__(
        self,
        header: Header,
        source: Source,
        spool: Spool | None,
        *,
        is_left: bool = False,
        quiet: bool = False,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        look_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        """Begin, or go on where another process stopped.

        Args:
            header: what is delivered, and how the run is to be made.
            source: the records.
            spool: their folder; None if they are in memory alone.
            is_left: the process that wrote them is gone, so that nobody else ends the run.
            quiet: tell the person nothing, who is busy with another run.
            heartbeat_seconds: how long to be silent before a sign of life.
            look_seconds: how long to send of a file before looking for points.
        """
        files = spool.files if spool else None
        super().__init__(header.run_id, files, quiet=quiet, look_seconds=look_seconds)
        self._heartbeat_seconds = heartbeat_seconds
        self.header, self.source, self.spool = header, source, spool
        folder = spool.folder if spool else None
        self.plan = Plan.load(folder, header.writer, uuid7())
        self.is_created = False
        self.records = 0  # delivered by this process
        self._is_left = is_left
        self._is_near = is_loopback(header.server or "")
        self._reader = Reader(source)
        self._suspects = Suspects(MAX_RECORDS)
        self._resume = "allow" if self.plan.created else header.create.get("resume", "allow")
        self._creation = Creation(header.create)
        self._remarks: list[str] = []  # events that tell what the run was made without
        self._rejections = Rejections()
        self._unanswered_put = False
        self._has_more = True  # records were left when the last batch was cut

    def has_delivered(self, position: Position, files: Set[int] = frozenset()) -> bool:
        """Whether the server has everything before `position`, and the files of these numbers."""
        has_points = self.is_created and self.plan.position >= position
        return self.is_done or (has_points and files.isdisjoint(self.waiting_files()))

    def step(self, server: Server) -> None:
        """Do the next thing: create the run, send a batch or a file, or see that all is done."""
        if not self.is_created:
            self._create(server)
        elif self.plan.pending is not None or self._plan_next():
            self._send(server)
        elif not self._send_file(server):
            self.due = time.monotonic() + INTERVAL_SECONDS
            self._rest()

    def let_go(self) -> bool:
        """Leave the spool to `ahnb sync`; False while it is still written to."""
        if not self.source.detach():
            return False
        if self.spool is not None:
            self.spool.release()
        return True

    # Creating the run

    def _create(self, server: Server) -> None:
        if not self.header.create.get("project"):
            self.stop("no project is named: set AHNB_PROJECT, or `ahnb sync --project TEAM/NAME`")
            return
        answer = server.put_run(self.run_id, self._creation.body(self._resume))
        match verdict(answer, is_ours=is_run_document(answer.document, self.run_id)):
            case Verdict.ACCEPTED:
                self.succeed()
                self._tell_left_out()
                self.is_created = self.plan.created = True
                self.plan.settle()
            case Verdict.REFUSED | Verdict.TOO_LARGE:
                self._refuse_run(answer)
            case other:
                self._unanswered_put |= answer.status is None or answer.status >= 500
                self.cope(other, answer)

    def _refuse_run(self, answer: Answer) -> None:
        # With an id of our own making, or after a lost answer, the run that exists is ours.
        is_ours = self.header.own_id or self._unanswered_put
        if answer.code == "run-exists" and is_ours and self._resume == "never":
            self._resume = "allow"
        elif not self._creation.can_do_without(answer):
            self.stop(f"the server does not take this run: {answer.reason}")

    @property
    def left_out(self) -> str:
        """What the server refused of the run itself, in words; empty if nothing."""
        return self._creation.in_words if self._creation.left_out else ""

    def _tell_left_out(self) -> None:
        """Say what the run was made without, unless an earlier process has."""
        if self.spool is not None:
            self.spool.keep_trouble("")
        if not self.left_out or self.plan.created:
            return
        self.say(self.left_out, "left out")
        self._keep_line({"left_out": self._creation.left_out, "detail": self._creation.reasons[0]})
        self._remarks += self._creation.events()

    def stop(self, why: str) -> None:
        """Send nothing more, and leave word of it for who looks into the spool."""
        super().stop(why)
        if self.spool is not None:
            self.spool.keep_trouble(why)

    # Planning and sending

    def _plan_next(self) -> bool:
        """Cut the next batch and write it down; False if there is nothing to send."""
        batch = cut(self._reader, self.plan.position, self._suspects.limit)
        self._has_more = not batch.is_last
        losses = self.source.take_losses()
        if batch.damaged:
            losses["damaged"] = losses.get("damaged", 0) + batch.damaged
        extras = [event_text("lost", {"reasons": losses})] if losses else []
        extras += self._remarks + self._rejections.events(is_last=self.source.closed)
        self._remarks = []
        if batch.is_empty and not extras:
            extras += self._last_word() if self.source.closed else self._heartbeat()
        if batch.is_empty and not extras:
            return False
        self._write_down(batch, self.plan.acked + 1, tuple(extras))
        return True

    def _heartbeat(self) -> list[str]:
        is_silent = time.monotonic() - self._sent_at >= self._heartbeat_seconds
        return [event_text("heartbeat", {})] if is_silent else []

    def _last_word(self) -> list[str]:
        """A status for a run whose process was killed: nobody else will ever give it one."""
        if not self._is_left or self.plan.status in ENDED:
            return []
        data = {"status": "failed", "reason": SILENT_END}
        # The run may go on in another process by now: this end comes before that beginning.
        return [event_text("status", data, at=self.plan.last_at or self.header.started_at)]

    def _write_down(
        self, batch: Batch, seq: int, extras: tuple[str, ...], *, replaces_refused: bool = False
    ) -> None:
        start = self.plan.position
        batch.events += [extra.encode() for extra in extras]
        if batch.status in ENDED:
            # What the server received can be held against it.
            sent = {"points": self.plan.points + batch.points}
            # Its time is the record's, so that a spool sent twice makes the same batch twice.
            at = self.plan.last_at or self.header.started_at
            batch.events.append(event_text("sent", sent, at=at).encode())
        self.plan.send_next(
            Pending(
                seq=seq,
                body=compress(batch.encode(self.plan.writer, seq), is_near=self._is_near),
                start=start,
                end=batch.end,
                records=batch.records,
                points=batch.points,
                status=batch.status,
                last_at=batch.last_at,
                extras=extras,
                replaces_refused=replaces_refused,
            )
        )

    def _send(self, server: Server) -> None:
        pending = self._pending
        answer = server.post_batch(self.run_id, pending.body)
        match verdict(answer, is_ours=is_batch_answer(answer.document)):
            case Verdict.ACCEPTED:
                self._accept(answer)
            case Verdict.TOO_LARGE if pending.records > 1 and not pending.replaces_refused:
                self._suspects.too_large(pending.records)
                self._split()
            case Verdict.REFUSED if self._is_worth_halving(answer):
                self._suspects.refused(pending.records)
                self._split()
            case Verdict.REFUSED | Verdict.TOO_LARGE:
                self._set_aside(answer)
            case other:
                self.cope(other, answer)

    @property
    def _pending(self) -> Pending:
        if self.plan.pending is None:
            raise RuntimeError("nothing is planned")
        return self.plan.pending

    def _accept(self, answer: Answer) -> None:
        pending = self._pending
        self.succeed()
        if pending.replaces_refused:
            self._keep_refused(pending)
        if rejected := answer.document["rejected"]:
            self._keep_rejected(pending, rejected)
        self._suspects.accepted(pending.records if not pending.replaces_refused else 0)
        self.plan.confirm()
        self.records += pending.records
        self.source.discard_before(self.plan.position.segment)
        is_in_a_hurry = self._has_more or self.source.closed
        self.due = time.monotonic() + (0.0 if is_in_a_hurry else INTERVAL_SECONDS)

    def _is_worth_halving(self, answer: Answer) -> bool:
        """Whether one record may be at fault, and not the request as such."""
        pending = self._pending
        is_about_content = answer.status in {400, 422}
        # How the run ended is too dear to go with what stands beside it.
        can_split = self._suspects.can_split(pending.records, is_dear=pending.status is not None)
        return is_about_content and can_split and not pending.replaces_refused

    def _split(self) -> None:
        """Not as a whole: its first part takes the seq, which is still unused."""
        pending = self._pending
        batch = cut(self._reader, pending.start, self._suspects.limit)
        self._write_down(batch, pending.seq, pending.extras)
        self.due = time.monotonic()

    # What the server will not take

    def _set_aside(self, answer: Answer) -> None:
        """Let a `lost` event take the seq of a batch that is refused whole, so that no gap stays.

        The batch itself is kept in a file of the spool once the server took the event.
        """
        pending = self._pending
        if answer.code == "seq-reused":
            seq = pending.seq + 1  # the seq is stored with something else, and is no gap
        elif pending.replaces_refused:
            self._refuse_all(answer)
            return
        else:
            seq = pending.seq
        self.say(
            f"the server refused {numbered(pending.records, 'record')}: {answer.reason}", "refused"
        )
        extras = pending.extras
        if not pending.replaces_refused:
            self._suspects.gave_up()
            lost = {"reasons": {"refused": pending.records}, "seq": pending.seq}
            extras = (event_text("lost", {**lost, "code": answer.code, "detail": answer.reason}),)
        self._write_down(Batch(pending.end), seq, extras, replaces_refused=True)
        self.due = time.monotonic()

    def _refuse_all(self, answer: Answer) -> None:
        """Not even an empty batch is taken, so the records are not at fault: they wait."""
        pending = self._pending
        self._write_down(cut(self._reader, pending.start, pending.records), pending.seq, ())
        self.cope(Verdict.HOLD, answer)

    def _keep_line(self, what: dict[str, Any]) -> None:
        if self.spool is not None:
            self.spool.keep_refused(what)

    def _keep_rejected(self, pending: Pending, rejected: list[Any]) -> None:
        """The rest of the batch is stored."""
        lost = self._rejections.add(rejected, pending.body)
        line = {"seq": pending.seq, "rejected": rejected}
        self._keep_line(line | ({"metrics": lost} if lost else {}))
        first = rejected[0] if isinstance(rejected[0], dict) else {}
        of = f"{next(iter(lost))!r}: " if lost else ""
        self.say(f"the server refused a value: {of}{first.get('detail')}", "rejected")

    def _keep_refused(self, pending: Pending) -> None:
        batch = cut(self._reader, pending.start, MAX_RECORDS)
        body = batch.encode(self.plan.writer, pending.seq).decode()
        self._keep_line({"seq": pending.seq, "why": pending.extras, "batch": body})

    def _advance(self, server: Server) -> None:
        self.source.prepare()
        if self.plan.pending is not None or self._plan_next():
            self._send(server)

    def _tell_lost(self, lost: dict[str, Any], kept: dict[str, Any]) -> bool:
        if self.plan.pending is not None:
            return False
        extras = (event_text("lost", lost),)
        self._write_down(Batch(self.plan.position), self.plan.acked + 1, extras)
        self._keep_line(kept)
        return True

    def _rest(self) -> None:
        """Nothing is left to send just now."""
        if self.has_files:
            return
        if self.source.closed and self.source.retire(self.plan.position):
            if self.spool is not None:
                self.spool.clear()
            self.is_done = True  # the last thing: a process that exits waits for it
