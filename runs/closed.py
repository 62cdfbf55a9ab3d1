"""Runs that take no more: those in the trash, and frozen ones."""

from __future__ import annotations

from ahnb_platform.errors import Conflict, Gone

from .models import Run


def refuse_closed(run: Run) -> None:
    """Raises Gone for a run in the trash, Conflict (`run-frozen`) for a frozen one."""
    refuse_trashed(run)
    refuse_frozen(run)


def refuse_trashed(run: Run) -> None:
    """Raises Gone for a run in the trash."""
    if run.trashed_at is not None:
        raise Gone("The run lies in the trash; restore it first.", code="run-trashed")


def refuse_frozen(run: Run) -> None:
    """Raises Conflict (`run-frozen`) for a run that nobody may change."""
    if run.frozen_at is not None:
        raise Conflict("The run is frozen; an owner can unfreeze it.", code="run-frozen")
