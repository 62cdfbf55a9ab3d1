"""Delivering one spool: what to send next, and what each answer changes."""

import time
from collections.abc import Set
from typing import Any

from ..config import is_loopback
from ..words import numbered
from .answers import Answer, Verdict, is_batch_answer, verdict
from .batch import MAX_RECORDS, Batch, compress, cut, event_text
from .journal import START, Position
from .making import MakesRun, Server
from .plan import Pending
from .reader import Reader, Source
from .rejected import Rejections
from .spool import Header, Spool
from .suspects import Suspects

INTERVAL_SECONDS = 2.0  # a request takes some milliseconds of the training's processor
HEARTBEAT_SECONDS = 15.0
ENDED = {"finished", "failed", "interrupted", "preempted"}
SILENT_END = "process ended without a word"


class Shipment(MakesRun):
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
    ) -> None:
        """Begin, or go on where another process stopped.

        Args:
            header: what is delivered, and how the run is to be made.
            source: the records.
            spool: their folder; None if they are in memory alone.
            is_left: the process that wrote them is gone, so that nobody else ends the run.
            quiet: tell the person nothing, who is busy with another run.
            heartbeat_seconds: how long to be silent before a sign of life.
        """
        super().__init__(header, spool, quiet=quiet)
        self._heartbeat_seconds = heartbeat_seconds
        self.source = source
        self.records = 0  # delivered by this process
        self._is_left = is_left
        self._is_near = is_loopback(header.server or "")
        self._reader = Reader(source)
        self._suspects = Suspects(MAX_RECORDS)
        self._rejections = Rejections()
        self._empty_to = START  # between the last record and here nothing lies
        self._has_more = True  # records were left when the last batch was cut

    def has_delivered(self, position: Position, files: Set[int] = frozenset()) -> bool:
        """Whether the server has everything before `position`, and the files of these numbers."""
        has_points = self.is_created and max(self.plan.position, self._empty_to) >= position
        return self.is_done or (has_points and files.isdisjoint(self.waiting_files()))

    def step(self, server: Server) -> None:
        """Do the next thing: create the run, send a batch or a file, or see that all is done."""
        is_time = self._is_time_for_points
        if not self.is_created:
            self._create(server)
        elif is_time and (self.plan.pending is not None or self._plan_next()):
            self._send(server)
            self._points_due = self.due
            if not self._has_more and not self.failures:  # files follow the points there are
                self._send_file(server)
        else:
            if is_time:
                self._points_due = time.monotonic() + INTERVAL_SECONDS
            if not self._send_file(server):
                self.due = self._points_due
                self._rest()
        self._look_soon()

    @property
    def _is_time_for_points(self) -> bool:
        """Not before they are due where files bring us here in between."""
        is_lost = self._upload is None and self.plan.pending is not None
        return is_lost or not self.has_files or time.monotonic() >= self._points_due

    def let_go(self) -> bool:
        """Leave the spool to `ahnb sync`; False while it is still written to."""
        if not self.source.detach():
            return False
        if self.spool is not None:
            self.spool.release()
        return True

    # Planning and sending

    def _plan_next(self) -> bool:
        """Cut the next batch and write it down; False if there is nothing to send."""
        end = self.source.end()
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
            self._empty_to = end
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
