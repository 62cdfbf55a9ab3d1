"""What is read of quotes."""

from __future__ import annotations

from typing import Any

from ahnb_platform.errors import Missing

from ..models import Quote, Run, RunDocument


def quotes_of(run: Run) -> Any:
    """The quotes of a run, the newest first, each with `.user` (a person or None)."""
    quotes = Quote.objects.filter(project_id=run.project_id, run_id=run.id)
    return quotes.select_related("user").order_by("-number")


def quote_numbered(run: Run, number: int) -> Quote:
    """One of them. Raises Missing."""
    quote: Quote | None = quotes_of(run).filter(number=number).first()
    if quote is None:
        raise Missing
    return quote


def environment_of(run: Run) -> dict[str, Any] | None:
    """What the run recorded of its surroundings."""
    rows = RunDocument.objects.filter(project_id=run.project_id, run_id=run.id, kind="environment")
    found: dict[str, Any] | None = rows.values_list("data", flat=True).first()
    return found
