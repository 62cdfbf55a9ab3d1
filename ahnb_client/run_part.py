"""What the parts of a run may rely on: the run itself has it, or another of its parts."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .transport.journal import Journal


class RunPart:
    """The base of what a run offers to a person, a class for each kind of thing that is logged.

    Nothing in a part waits for a network or stops a training.
    """

    _journal: Journal

    def event(self, kind: str, data: Any, at: float | None = None) -> None:
        """Record something that is no number."""
        raise NotImplementedError

    def _taking(self) -> AbstractContextManager[None]:
        """Hold the run open for what is recorded within, also after its end."""
        raise NotImplementedError

    def _report(
        self, reason: str, error: BaseException | None, once: str = "", count: int = 1
    ) -> None:
        """Count what could not be recorded, and tell it once."""
        raise NotImplementedError
