"""Taking a quote."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Gone, Invalid, Missing

from ..models import Quote, Run
from .documents import document_of
from .queries import environment_of
from .values import Choice, value_of

MOST_QUOTES = 10_000


def take_quote(*, run: Run, by: User, metric: str, choice: Choice, via: str) -> Quote:
    """Write down that `by` quotes a value, as it is now. Whoever may read the run may quote it.

    Args:
        run: as `by` sees it, from `runs.queries`.

    Raises:
        Missing: the run has no such metric.
        Invalid: there is no value to quote (`no-value`), or the run has too many quotes.
        Gone: the run lies in the trash.
    """
    found = value_of(run, metric, choice)
    if found.value is None:
        raise Invalid("There is no value to quote.", code="no-value")
    at = timezone.now()
    document = document_of(run, found, at=at, environment=environment_of(run))
    with transaction.atomic():
        # So that nobody purges the run meanwhile, and numbers have no twins.
        held = Run.objects.select_for_update().filter(project_id=run.project_id, id=run.id).first()
        if held is None:
            raise Missing
        if held.trashed_at is not None:
            raise Gone("The run lies in the trash; restore it first.", code="run-trashed")
        taken = Quote.objects.filter(project_id=run.project_id, run_id=run.id)
        number = (taken.aggregate(last=Max("number"))["last"] or 0) + 1
        if number > MOST_QUOTES:
            raise Invalid(f"A run has at most {MOST_QUOTES:,} quotes.", code="too-many-quotes")
        return Quote.objects.create(
            project_id=run.project_id,
            run_id=run.id,
            number=number,
            metric=metric,
            part=choice.part,
            step=found.step,
            value=found.value,
            user_id=by.pk,
            via=via,
            created_at=at,
            document=document,
        )
