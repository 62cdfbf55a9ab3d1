"""Records what a training stands in: environment, code, data. The most of it from a thread."""

import sys
import threading
from typing import TYPE_CHECKING, Any

from ahnb_client.capture import system
from ahnb_client.capture.environment import keras_document, machine_document
from ahnb_client.capture.fingerprints import fingerprint
from ahnb_client.capture.fit_arguments import FitArguments
from ahnb_client.capture.generation import keras2_document
from ahnb_client.capture.git import git_changes, git_state
from ahnb_client.capture.parts import VARIABLE, wanted_parts
from ahnb_client.capture.seeds import random_document
from ahnb_client.capture.source import code_folder, is_interactive, script_document
from ahnb_client.capture.values import Json
from ahnb_client.capture.weights import weights_document
from ahnb_client.errors import ConfigurationError
from ahnb_client.guard import Guard
from ahnb_client.notices import tell, tell_address
from ahnb_client.run import Run
from ahnb_client.transport.loading import COURTESY_SECONDS

if TYPE_CHECKING:
    from ahnb_client.notebook.session import CellRecord

WAIT_SECONDS = 2.0


def usable_parts(chosen: str | None, *, strict: bool) -> frozenset[str]:
    """Return the parts of the record that are taken; a mistake in them stops no training.

    Nothing that somebody wanted to keep is recorded then: it cannot be told what that was.

    Raises:
        ConfigurationError: `chosen` names what is no part, if `strict`.
    """
    try:
        return wanted_parts(chosen)
    except ConfigurationError as error:
        if strict and chosen is not None:
            raise
        said = f"{VARIABLE if chosen is None else 'capture'}: {error}"
        tell(f"{said}; nothing but metrics and settings is recorded", once=said)
        return frozenset()


def look_around(run: Run, parts: frozenset[str], *, strict: bool) -> Run:
    """Record the surroundings of a loop without Keras' callbacks; gives the same run."""
    guard = Guard(strict=strict)
    surroundings = Surroundings(run, parts, guard)

    def before_end() -> None:
        system.release(run)
        surroundings.wait()

    if run.folder is not None or run.url is not None:
        tell_address(run.url)
        surroundings.begin()
        run.before_end = before_end
        if "system" in parts:
            guard.call("system", system.watch, run)
    return run


class Surroundings:
    """What is recorded once per run beside its metrics."""

    def __init__(self, run: Run, parts: frozenset[str], guard: Guard) -> None:
        """Prepare; `parts` are those of `capture.parts` that are wanted."""
        self._run, self._parts, self._guard = run, parts, guard
        self._thread: threading.Thread | None = None
        self._is_awaited = threading.Event()
        self._cells: CellRecord | None = None  # where a notebook's cells are the program

    def begin(
        self,
        model: Any = None,
        arguments: FitArguments | None = None,
        data: dict[str, Json] | None = None,
    ) -> None:
        """Take here what the training is about to change; the rest follows from a thread.

        Call it once in the thread that trains, before the first batch. `data` is the document of
        what `arguments` holds.
        """
        known = self._guard.call("environment", self._at_once, model) or {}
        if arguments is not None:
            self._run.event("data", data or {})
        wants_data = data is not None and "data" in self._parts
        leaves = (arguments.leaves() if arguments else []) if wants_data else []
        if "code" in self._parts and is_interactive():
            self._cells = self._guard.call("cells", _cells_of, self._run)
        self._thread = threading.Thread(
            target=self._record, args=(known, data, leaves), name="ahnb-environment"
        )
        self._thread.start()

    def wait(self) -> None:
        """Let the thread end, as long as that takes moments."""
        self._is_awaited.set()
        if self._thread is not None:
            self._thread.join(WAIT_SECONDS)

    def record_weights(self, model: Any) -> Json:
        """Return the hash of the weights as the fit left them, None if it is not wanted."""
        if "weights" not in self._parts:
            return None
        return self._guard.call("weights", weights_document, model)

    def _at_once(self, model: Any) -> dict[str, Json]:
        known: dict[str, Json] = keras_document() if "keras" in sys.modules else {}
        known |= keras2_document(model) if known and model is not None else {}
        if "seeds" in self._parts:
            known["random"] = random_document(known.get("backend") or "")
        else:
            known.pop("seed", None)
        if "weights" in self._parts and model is not None:
            known["weights"] = self._guard.call("weights", weights_document, model)
        return known

    def _record(
        self, known: dict[str, Json], data: dict[str, Json] | None, leaves: list[tuple[str, Any]]
    ) -> None:
        self._is_awaited.wait(COURTESY_SECONDS)
        self._guard.call("environment", self._record_environment, known)
        if leaves and data is not None:
            self._guard.call("data", self._record_data, data, leaves)
        if "code" in self._parts:
            self._guard.call("code", self._record_code)

    def _record_environment(self, known: dict[str, Json]) -> None:
        machine = machine_document(known.get("backend"), self._parts)
        place = self._run.place
        link: dict[str, Json] = {"run_in_process": place.number}
        if place.rerun_of:
            link["rerun_of"] = place.rerun_of
        self._run.event("environment", known | machine | link)

    def _record_data(self, data: dict[str, Json], leaves: list[tuple[str, Any]]) -> None:
        found = {}
        while leaves:
            path, leaf = leaves.pop(0)  # the data is held no longer than it is looked at
            is_target = path.removeprefix("validation.").startswith("y")
            if told := fingerprint(leaf, is_target=is_target):
                found[path] = told
        self._run.event("data", data | {"fingerprints": found})

    def _record_code(self) -> None:
        document = script_document()
        if "git" in self._parts and (state := git_state(code_folder())):
            document["git"] = state | git_changes(code_folder())
        if self._cells is not None:
            self._cells.add(document)
        else:
            self._run.event("code", document)


def _cells_of(run: Run) -> "CellRecord | None":
    from ahnb_client.notebook.session import current_session

    session = current_session()
    return session.begin_recording(run) if session is not None else None
