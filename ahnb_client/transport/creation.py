"""The body that makes a run on the server, without what the server refuses of it."""

from collections.abc import Mapping
from typing import Any

from ..naming import as_given, pieces
from .answers import Answer
from .batch import event_text

NEEDED = frozenset(("project", "resume"))
REFUSALS = frozenset((400, 413, 422))


class Creation:
    """What a run is made of; a field that the server refuses is left out, and kept as a note.

    Points must not wait for ever because of a name.
    """

    def __init__(self, create: Mapping[str, Any]) -> None:
        self._create = dict(create)
        self.left_out: dict[str, Any] = {}  # by field, what the server does not take
        self.reasons: list[str] = []

    def body(self, resume: str) -> dict[str, Any]:
        """What is sent."""
        return {**self._create, "resume": resume}

    def can_do_without(self, answer: Answer) -> bool:
        """Leave out what an answer complains about; False if the run cannot be made without."""
        # Something in between that knows nothing of runs gives no code.
        if answer.status not in REFUSALS or not answer.code:
            return False
        pointers = [str(fault.get("pointer")).split("/")[1:] or [""] for fault in answer.faults]
        # Where the server does not say what it is, nothing is sent that it could be.
        named = {place[0] for place in pointers} if pointers else self._create.keys()
        fields = (named & self._create.keys()) - NEEDED
        for name in sorted(fields):
            self._leave_out(
                name, {place[1] for place in pointers if place[0] == name and place[1:]}
            )
        if fields:
            self.reasons.append(answer.reason)
        return bool(fields)

    def _leave_out(self, name: str, places: set[str]) -> None:
        """A field, or of a list the items at these places."""
        value = self._create.pop(name)
        indices = {int(place) for place in places if place.isdigit()}
        if isinstance(value, list) and indices:
            self._create[name] = [one for index, one in enumerate(value) if index not in indices]
            value = [one for index, one in enumerate(value) if index in indices]
        before = self.left_out.get(name, [])
        self.left_out[name] = [*before, *value] if isinstance(value, list) else value

    @property
    def in_words(self) -> str:
        """Which fields are left out and why."""
        return f"the run is made without its {' and '.join(self.left_out)}: {self.reasons[0]}"

    def events(self) -> list[str]:
        """Notes that say what was left out."""
        if not self.left_out:
            return []
        told = f"Left out, because the server refused it: {self.reasons[0]}. "
        return [
            event_text("note", {"text": piece}) for piece in pieces(told + as_given(self.left_out))
        ]
