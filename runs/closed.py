"""Runs that take no more: those in the trash, and frozen ones."""

from __future__ import annotations

from uuid import UUID

from ahnb_platform.errors import Conflict, Gone

from .models import Run, RunLocator


class Purged(Gone):
    """The run is no more, and its id is not given out again."""

    code = "run-purged"

    def __init__(self) -> None:
        super().__init__("The run was deleted for good.")


def refuse_closed(run: Run) -> None:
    """Raises Gone for a run in the trash, Conflict (`run-frozen`) for a frozen one."""
    refuse_trashed(run)
    refuse_frozen(run)


def refuse_trashed(run: Run) -> None:
    """Raises Gone for a run in the trash."""
    if run.trashed_at is not None:
        raise Gone("The run lies in the trash; restore it first.", code="run-trashed")


def refuse_purged(run_id: UUID) -> None:
    """Raises Gone for the id of a run that was deleted for good."""
    if RunLocator.objects.filter(pk=run_id, purged_at__isnull=False).exists():
        raise Purged


def refuse_frozen(run: Run) -> None:
    """Raises Conflict (`run-frozen`) for a run that nobody may change."""
    if run.frozen_at is not None:
        raise Conflict("The run is frozen; an owner can unfreeze it.", code="run-frozen")
