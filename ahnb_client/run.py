"""A run: what a training, a loop or a script records into."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType, TracebackType
from typing import Any, Literal, Self

from . import lifecycle
from .about import About
from .artifacts.logged import LogsFiles
from .beginning import check_project, is_usable_id, settings_for
from .clock import as_iso, now
from .config import Config
from .events import LogsEvents
from .identifiers import given_run_id, uuid7
from .linting.finding import Finding
from .media.logged import LogsMedia
from .naming import listed, tidied
from .notices import tell
from .observers import tell_began, tell_ended, tell_ends
from .params import Params
from .past import Past, past_of
from .points import LogsPoints
from .rebuild.link import TAG, Place, next_place
from .series import Series
from .steps import Steps
from .transport.journal import Journal
from .transport.shipment import Shipment
from .transport.spool import Header, Spool
from .usable import Usable, mapping_of_params

END_STATUSES = ("finished", "failed", "interrupted", "preempted")


class Run(About, LogsEvents, LogsPoints, LogsMedia, LogsFiles):
    """One experiment under way.

    Everything is first written to a spool on this machine and sent later, by a thread of its
    own; no call waits for the network. As a context manager it ends as finished, failed or
    interrupted, by what happened. After the end it takes notes, parameters and other events, but
    no points until `resume`.
    """

    def __init__(
        self,
        project: str | None = None,
        *,
        name: str | None = None,
        params: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        group: str | None = None,
        notes: str = "",
        objective: Mapping[str, str] | None = None,
        resume: Literal["allow", "never"] = "allow",
        id: str | None = None,  # noqa: A002 - what everybody calls it
        strict: bool = False,
        config: Config | None = None,
        started_at: float | None = None,
    ) -> None:
        """Begin a run, or go on with the one whose `id` is given.

        Args:
            project: "team/project"; by default from AHNB_PROJECT or the configuration.
            name: a name for people; the server makes one if missing.
            params: the person's own hyperparameters, nested as they like.
            tags, group, notes: shown with the run and searchable.
            objective: `{"metric": "val_loss", "mode": "min"}`, what "best" means here.
            resume: "never" refuses to go on with a run that exists.
            id: the UUID of a run to begin or to go on with; by default AHNB_RUN_ID, for the first
                run of a process, or a new one. Going on begins a new attempt with the first point
                that is logged, and steps are counted from the last one known.
            strict: raise errors instead of telling them once. For tests.
            config: settings to use instead of the environment's.
            started_at: seconds since the epoch, UTC, of what happened before; now by default.

        Raises:
            AHNBError, ValueError: only if `strict`.
        """
        self._strict = strict
        usable = Usable(strict=strict)
        project = str(project) if project else None
        self._config = config or settings_for(project, strict=strict)
        run_id = str(id) if id else given_run_id()
        self._own_id = run_id is None or not is_usable_id(run_id, strict=strict)
        self.place = next_place() if self._own_id else Place(0)
        self.id: str = self.place.run_id or uuid7() if self._own_id else str(run_id)
        self.project = project or self._config.project
        check_project(self.project, self.id, strict=strict)
        self.status: str = "running"
        self.findings: Sequence[Finding] = ()  # what a linter found, where one looks on
        self.before_end: Callable[[], None] | None = None  # what else has to be recorded
        self.step_of_fit: Callable[[], int] | None = None  # how far the fits have come
        self._last_words: tuple[dict[str, str], float] = ({}, 0.0)
        told = tidied(
            {
                "project": self.project,
                "name": name,
                "group": group,
                "tags": [TAG, *listed(tags)] if self.place.rerun_of else tags,
                "notes": notes,
                "started_at": usable.of(as_iso, started_at or now(), instead=as_iso(now())),
                "objective": objective,
                "resume": resume,
            }
        )
        self._create = told.create
        self._lock = threading.RLock()
        self._series: dict[tuple[str, ...], Series] = {}
        self.past = Past() if self._own_id else past_of(self.id, self._config)
        self._steps = Steps(self.past.next_steps)
        self._is_taken_up = self.past.is_known
        self._spool: Spool | None = None
        self._shipment: Shipment | None = None
        self._journal = Journal(None, recording=False)
        self._journal.attempt = max(self.past.attempt, 0)
        self._begin()
        if not self._own_id:
            self._add_event("status", {"status": "running"})
        self.params = Params(self.event, usable.of(mapping_of_params, params, instead={}))
        for words in told.tell():
            self.note(words)
        tell_began(self)

    def _begin(self) -> None:
        """Open a journal and have it delivered. Called again when a cleared run goes on."""
        if self._config.mode == "disabled":
            self._journal.is_silent = True
            return
        attempt = self._journal.attempt
        header = Header(
            run_id=self.id,
            writer=uuid7(),
            server=self._config.server,
            create={key: value for key, value in self._create.items() if value not in (None, "")},
            own_id=self._own_id,
            automatic=self._config.mode == "online" and self._config.server is not None,
        )
        self._spool = self._make_spool(header)
        folder = self._spool.folder if self._spool else None
        self._journal = Journal(folder, limit_bytes=self._config.spool_bytes)
        self._journal.attempt = attempt
        if self._spool is not None:
            files = self._spool.files
            self._journal.room.bytes_beside = lambda: files.bytes
        for (unit, *names), series in self._series.items():
            series.move_to(self._journal, names, unit)
        self._shipment = lifecycle.begin(self, header, self._spool, self._journal, self._config)

    def _make_spool(self, header: Header) -> Spool | None:
        try:
            if self._config.directory is None:
                raise OSError(None, "there is no home folder")
            return Spool.create(self._config.directory, header)
        except OSError as error:
            where = error.filename or self._config.directory or "AHNB_DIR"
            tell(f"cannot keep records on disk ({where}: {error.strerror})", once="spool")
            return None

    # What a run knows about itself

    def __repr__(self) -> str:
        return f"<ahnb run {self.id} in {self.project}: {self.status}>"

    def _repr_html_(self) -> str:
        """The card that notebooks show."""
        from .notebook.session import card_of

        return card_of(self)

    # The end

    def finish(
        self, status: str = "finished", reason: str | None = None, at: float | None = None
    ) -> None:
        """End the run; a second call changes nothing. Does not wait for the server (`wait` does).

        Args:
            status: finished, failed, interrupted or preempted.
            reason: in a few words, for a run that did not finish.
            at: seconds since the epoch, UTC; now by default.
        """
        if self.before_end is not None:
            self.before_end()
        if self.status == "running":
            tell_ends(self)
        with self._lock:
            if self.status != "running":
                return
            if status not in END_STATUSES:
                self._report("client-error", ValueError(f"no run ends as {status!r}"))
                status = "failed"
            self.status = status
            data = {"status": status} if reason is None else {"status": status, "reason": reason}
            self._last_words = data, self.past.present() if at is None else at
            self._close()
        tell_ended(self)

    def _close(self) -> None:
        data, at = self._last_words
        if losses := self._journal.take_losses():
            self._add_event("lost", {"reasons": losses})
        self._add_event("status", data, at)
        self._journal.close()
        lifecycle.end(self, self._spool, self._journal, self._shipment)

    @contextmanager
    def _taking(self) -> Iterator[None]:
        """Take what comes, also after the end, as a note on a finished training does."""
        if self.status not in END_STATUSES:
            yield
            return
        with self._lock:
            if self._config.mode != "disabled":
                self._go_on()
            try:
                yield
            finally:
                self._close()

    def _go_on(self) -> None:
        """Record again, in the journal that was closed or in a new one."""
        if self._journal.reopen():
            lifecycle.take_up(self)
        else:
            self._begin()

    def resume(self) -> None:
        """Go on with a run that was ended in this process, as when a callback is used again."""
        with self._lock:
            if self.status == "running":
                return
            self.status = "running"
            self._go_on()
            self._add_event("status", {"status": "running"})
        tell_began(self)

    def wait(self, timeout: float) -> bool:
        """Whether the server has everything recorded so far, waiting at most `timeout` seconds."""
        if self._shipment is None:
            return False
        return lifecycle.wait(self._shipment, self._journal, timeout)

    def abandon(self) -> None:
        """In a forked child: the run stays the parent's, and nothing more is recorded here."""
        self._lock = threading.RLock()
        self._journal.abandon()
        if self._spool is not None:
            self._spool.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish(*lifecycle.outcome(error))

    def _report(
        self, reason: str, error: BaseException | None, once: str = "", count: int = 1
    ) -> None:
        """Count and tell once what could not be recorded; raise it if the run is strict."""
        if self._strict and error is not None:
            raise error
        self._journal.losses[reason] += count
        tell(f"not recorded ({reason}): {error}", once=f"lost {once or reason}")


def run(project: str | None = None, *, capture: str | None = None, **options: Any) -> Run:
    """Begin a run: `with ahnb_client.run("team/project") as r: …`.

    Takes what `Run` takes, and records code and environment beside it. `capture` names parts
    that are left out, as ``"-code -packages"``; by default AHNB_CAPTURE.

    Raises:
        ConfigurationError: there is no such part, if `strict`.
    """
    from .surroundings import look_around, usable_parts

    strict = options.get("strict", False)
    parts = usable_parts(capture, strict=strict)
    return look_around(Run(project, **options), parts, strict=strict)


class _CallableModule(ModuleType):
    """Lets `ahnb_client.run(…)` work although the import of this module takes that name."""

    def __call__(
        self, project: str | None = None, *, capture: str | None = None, **options: Any
    ) -> Run:
        return run(project, capture=capture, **options)


sys.modules[__name__].__class__ = _CallableModule
