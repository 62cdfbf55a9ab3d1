"""Making the run of a shipment on the server, before anything of it is sent."""

from typing import Any, Protocol

from ..identifiers import uuid7
from .answers import Answer, Verdict, is_run_document, verdict
from .creation import Creation
from .filing import ShipsFiles
from .plan import Plan
from .spool import Header, Spool
from .uploads import FileServer


class Server(FileServer, Protocol):
    """What a shipment asks of a server; `http.Server` is one."""

    def put_run(self, run_id: str, body: dict[str, Any], /) -> Answer: ...
    def post_batch(self, run_id: str, body: bytes, /) -> Answer: ...


class MakesRun(ShipsFiles[Server]):
    """The part of a shipment that makes the run, or finds it there."""

    def __init__(self, header: Header, spool: Spool | None, *, quiet: bool) -> None:
        super().__init__(header.run_id, spool.files if spool else None, quiet=quiet)
        self.header, self.spool = header, spool
        self.plan = Plan.load(spool.folder if spool else None, header.writer, uuid7())
        self.is_created = False
        self._creation = Creation(header.create)
        self._remarks: list[str] = []  # events that tell what the run was made without
        self._resume = "allow" if self.plan.created else header.create.get("resume", "allow")
        self._unanswered_put = False

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

    def _keep_line(self, what: dict[str, Any]) -> None:
        if self.spool is not None:
            self.spool.keep_refused(what)
