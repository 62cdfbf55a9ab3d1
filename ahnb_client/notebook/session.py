"""A kernel session: what ran in it, the runs that it began, and the notes on them.

Its identity is a UUID of its own, never the name of a file.
"""

import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

from ahnb_client.capture.values import Json
from ahnb_client.clock import now
from ahnb_client.guard import Guard, guarded
from ahnb_client.identifiers import uuid7
from ahnb_client.observers import observers
from ahnb_client.run import Run

from .card import html_of, text_of
from .cards import Cards
from .comments import notes_in
from .curves import Follower
from .executions import RUNNING, Execution, Executions
from .front import (
    cell_id,
    deleted_cells,
    document_order,
    is_kernel,
    notebook_name,
    request_metadata,
)
from .hidden import hidden_state

MAX_FOLLOWED = 20
MAX_NOTE = 20_000  # characters that a server takes; longer ones become several
READ_SECONDS = 0.2
_OF_SCRIPTS = ("kind", "module", "arguments")


class Session:
    """Listens to one IPython shell."""

    def __init__(self, shell: Any) -> None:
        """Take up what the shell has already executed, and listen from now on."""
        self.id = uuid7()
        self.guard = Guard()
        self._shell, self._process = shell, os.getpid()
        self._executions = Executions()
        self._open: list[Execution] = []  # several where a cell runs another
        self._deleted: set[str] = set()
        self._comments: list[str] = []  # of the cell under way, until it begins a run or ends
        self._waiting: list[tuple[str, int | None]] = []  # notes made before there was a run
        self._followers: dict[str, Follower] = {}  # by run, the last one last
        self._records: dict[str, CellRecord] = {}
        self._due: set[str] = set()  # runs whose record the end of their last cell completes
        self._cards = Cards(self.guard) if is_kernel(shell) else None
        self._shows_runs = False
        self._lock = threading.RLock()
        self.guard.call("earlier cells", self._take_history)
        shell.events.register("pre_run_cell", self.begin_cell)
        shell.events.register("post_run_cell", self.end_cell)
        observers.append(self)

    def show_runs(self) -> None:
        """Show a card for each run from now on; at a terminal, lines."""
        self._shows_runs = True

    def close(self) -> None:
        """Listen no more."""
        self._shell.events.unregister("pre_run_cell", self.begin_cell)
        self._shell.events.unregister("post_run_cell", self.end_cell)
        if self in observers:
            observers.remove(self)

    # Cells

    def _take_history(self) -> None:
        """The cells before anybody listened: source and order are known, times are not."""
        sources = list(self._shell.history_manager.input_hist_raw)
        is_running = self._shell.displayhook.exec_result is not None
        for count, source in enumerate(sources[1:], 1):
            is_open = is_running and count == len(sources) - 1
            cell = cell_id(request_metadata(self._shell)) if is_open else None
            status = RUNNING if is_open else None
            execution = self._executions.add(source, count, cell, None, status)
            if is_open:
                self._open.append(execution)
                self._comments = notes_in(source, self._shell.transform_cell(source))

    @guarded("cells")
    def begin_cell(self, info: Any) -> None:
        """A cell is about to run."""
        raw = info.raw_cell or ""
        metadata = request_metadata(self._shell)
        cell = info.cell_id if isinstance(info.cell_id, str) else cell_id(metadata)
        # When IPython counts up differs between its versions; its history is longer afterwards.
        history = self._shell.history_manager.input_hist_raw
        count = len(history) if info.store_history else None
        with self._lock:
            self._deleted.update(deleted_cells(metadata))
            self._deleted.discard(cell or "")
            self._open.append(self._executions.add(raw, count, cell, now(), RUNNING))
            if len(self._open) == 1:
                self._comments = (
                    self.guard.call(
                        "notes in comments", notes_in, raw, info.transformed_cell or raw
                    )
                    or []
                )

    @guarded("cells")
    def end_cell(self, result: Any) -> None:
        """A cell has ended."""
        before, within = result.error_before_exec, result.error_in_exec
        with self._lock:
            if not self._open:
                return
            execution = self._open.pop()
            execution.finish(before or within, left_nothing=before is not None)
            is_over = not self._open
        if is_over and before is None:
            self._note_comments(None)
        if is_over:
            self._record_ended()

    # Notes

    def note(self, text: str) -> str:
        """Note `text` on the present or last run, at its present step; gives a word about it."""
        cell = self._open[0].seq if self._open else None
        follower = self._current()
        if follower is None:
            self._waiting.append((text, cell))
            return "noted, for the next run"
        self.guard.call("steps", follower.refresh, READ_SECONDS)
        step = follower.last_step
        _note(follower.run, text, cell, step)
        place = "" if step is None else f" at step {step}"
        return f"noted on {follower.run.name or 'run ' + follower.run.id}{place}"

    def _note_comments(self, run: Run | None) -> None:
        """The comments of the cell under way: notes on the run that it begins, else as `note`."""
        comments, self._comments = self._comments, []
        for text in comments:
            if run is None:
                self.note(text)
            else:
                _note(run, text, self._open[0].seq if self._open else None, None)

    def _current(self) -> Follower | None:
        """The youngest run that is under way, else the last one."""
        with self._lock:
            followers = list(self._followers.values())
        live = [each for each in followers if each.run.status == "running"]
        return next(reversed(live or followers), None)

    # Runs

    def began(self, run: Run) -> None:
        """A run began, or goes on."""
        if os.getpid() != self._process or (run.folder is None and run.url is None):
            return
        with self._lock:
            follower = self._followers.pop(run.id, None) or Follower(run)
            self._followers[run.id] = follower
            self._due.add(run.id)
            self._forget_old_runs()
            waiting, self._waiting = self._waiting, []
        for text, cell in waiting:
            _note(run, text, cell, None)
        self._note_comments(run)
        if self._shows_runs and self._cards is not None:
            self.guard.call("the card", self._cards.show, follower)
        elif self._shows_runs:
            print(f"ahnb: recording {run.name or run.id}, {run.url or 'offline'}", flush=True)

    def _forget_old_runs(self) -> None:
        known = list(self._followers)[:-MAX_FOLLOWED]
        for run_id in [each for each in known if each not in self._due]:
            del self._followers[run_id]
            self._records.pop(run_id, None)

    def ends(self, run: Run) -> None:
        """A run is about to end: read what its journal holds, as it may be gone soon."""
        if os.getpid() != self._process:
            return
        follower = self._followers.get(run.id)
        if follower is not None:
            self.guard.call("the card", follower.refresh, READ_SECONDS)
        if not self._open:
            self._write(run.id)

    def ended(self, run: Run) -> None:
        """A run has ended."""
        follower = self._followers.get(run.id)
        if os.getpid() != self._process or follower is None or not self._shows_runs:
            return
        if self._cards is not None:
            self.guard.call("the card", self._cards.finish, follower)
        else:
            print(f"ahnb: {text_of(follower)}", flush=True)

    def card_of(self, run: Run) -> str:
        """Return the card of a run as HTML."""
        follower = self._followers.get(run.id) or Follower(run)
        self.guard.call("the card", follower.refresh, READ_SECONDS)
        return html_of(follower)

    # The cells as part of a run's record

    def begin_recording(self, run: Run) -> "CellRecord":
        """Record the cells of a run once it is known what else belongs to its code."""
        with self._lock:
            began_in = self._open[0].seq if self._open else None
            record = self._records[run.id] = CellRecord(self, run, began_in)
            is_new = run.id not in self._followers
        if is_new:  # this session was made because of it
            self.began(run)
        return record

    def _record_ended(self) -> None:
        """Complete the record of the runs that ended within the cell which has just ended."""
        for run_id in list(self._due):
            follower = self._followers.get(run_id)
            if follower is None or follower.run.status != "running":
                self._write(run_id)

    def _write(self, run_id: str) -> None:
        self._due.discard(run_id)
        if run_id in self._records:
            self.guard.call("code", self._records[run_id].write)

    def document(self) -> dict[str, Json]:
        """Return what the session knows of its cells, as part of the event ``code``."""
        with self._lock:
            executions = list(self._executions)
            cells = self._executions.document()
            deleted = set(self._deleted)
        name = notebook_name(self._shell, executions[-1].cell if executions else None)
        return {
            "kind": "notebook",
            "session": self.id,
            "name": name,
            **cells,
            "warnings": hidden_state(executions, deleted, document_order(name)),
        }


class CellRecord:
    """The event ``code`` of one run in a session, as `docs/api.md` describes it."""

    def __init__(self, session: Session, run: Run, began_in: int | None) -> None:
        """Prepare; `began_in` is the execution that began the run."""
        self.run = run
        self._session, self._began_in = session, began_in
        self._beside: dict[str, Json] | None = None
        self._lock = threading.Lock()

    def add(self, document: Mapping[str, Json]) -> None:
        """Record the cells beside the modules and the git state of a script's document."""
        self._beside = {k: v for k, v in document.items() if k not in _OF_SCRIPTS}
        self.write()

    def write(self) -> None:
        """Record the cells as they are known now, unless more is about to be known."""
        with self._lock:  # the later document is the more complete one
            if self._beside is not None:
                known = self._session.document()
                self.run.event("code", {**self._beside, **known, "began_in": self._began_in})


def _note(run: Run, text: str, cell: int | None, step: int | None) -> None:
    place = {"step": step, "cell": cell}
    known = {name: value for name, value in place.items() if value is not None}
    for start in range(0, len(text), MAX_NOTE):
        run.event("note", {"text": text[start : start + MAX_NOTE], **known})


_session: Session | None = None


def session_of(shell: Any) -> Session:
    """Return the session of this process, begun if need be."""
    global _session
    if _session is None:
        _session = Session(shell)
    return _session


def current_session() -> Session | None:
    """Return the session of this process; None where no IPython runs."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return None if shell is None else session_of(shell)


def forget_session() -> None:
    """End the session, if there is one."""
    global _session
    if _session is not None:
        _session.close()
    _session = None


def card_of(run: Run) -> str:
    """Return the card of any run as HTML."""
    return html_of(Follower(run)) if _session is None else _session.card_of(run)
