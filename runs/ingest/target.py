"""The run that a batch is for: found and checked by one statement, compiled once.

Building this query costs the ORM more than PostgreSQL needs to answer it, and every batch asks.
So Django builds it a single time, with marks in place of the person and the run, and afterwards
the values are put where the marks were. Who may see what stays written in one place,
`ProjectQuerySet`. What was found is believed for `TRUSTED_SECONDS`, as a token is.
"""

import time
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from ahnb_platform.accounts.tokens import TRUSTED_SECONDS
from ahnb_platform.errors import Missing
from projects.models import Project

from ..ids import RunKey
from ..models import Run, RunLocator

_USER = -987_654_321
_RUN = UUID(int=0x0BAD_0BAD)
_MOST_TRUSTED = 4096


class Target(NamedTuple):
    """Where a batch goes, and the caller's role there."""

    key: RunKey
    role: int
    trashed_at: datetime | None
    purged_at: datetime | None
    project_trashed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is there, and neither it nor its project in the trash."""
        return self.trashed_at is None and self.purged_at is None and not self.project_trashed_at


_trusted: dict[tuple[int, UUID], tuple[float, Target]] = {}


def ingest_target(user: User, run_id: UUID, *, within: int | None = None) -> Target:
    """The run as `user` sees it, by one query or what one found a moment ago.

    Args:
        within: the only project that may be seen (a token can be bound to one).

    Raises:
        Missing: there is none, or `user` may not see it.
    """
    if not user.is_active:
        raise Missing
    until, target = _trusted.get((user.pk, run_id), (0.0, None))
    if target is None or time.monotonic() >= until:
        target = _found(user, run_id)
    if within not in (None, target.key.project_id):
        raise Missing
    return target


def remembered_target(user: User, run_id: str, *, within: int | None = None) -> Target | None:
    """As `ingest_target`, but None for what it did not find within `TRUSTED_SECONDS`.

    Args:
        run_id: as text, which need not be one.
    """
    try:
        key = UUID(run_id)
    except ValueError:
        return None
    # The address of a run has one form; Python reads several.
    until, target = _trusted.get((user.pk, key), (0.0, None)) if str(key) == run_id else (0.0, None)
    if target is None or time.monotonic() >= until:
        return None
    return target if within in (None, target.key.project_id) else None


def forget_targets(**_signal: Any) -> None:
    """Ask again from now on; this process does when it records an act of somebody."""
    _trusted.clear()


audit.recorded.connect(forget_targets)


def _found(user: User, run_id: UUID) -> Target:
    until = time.monotonic() + TRUSTED_SECONDS
    statement, marks = _compiled()
    values: dict[Any, Any] = {_USER: user.pk, _RUN: run_id}
    with connection.cursor() as cursor:
        cursor.execute(statement, [values.get(mark, mark) for mark in marks])
        row = cursor.fetchone()
    if row is None:
        raise Missing
    target = Target(RunKey(row[0], run_id), *row[1:])
    if len(_trusted) >= _MOST_TRUSTED:
        _trusted.clear()
    _trusted[user.pk, run_id] = (until, target)
    return target


@cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    """The statement, and its parameters with the marks among them."""
    located = RunLocator.objects.filter(pk=_RUN).values("project_id")
    run = Run.objects.filter(project_id=OuterRef("pk"), id=_RUN).values("trashed_at")
    somebody = User(pk=_USER, is_active=True)
    known = Project.objects.known_to(somebody).filter(pk=Subquery(located))
    purged = RunLocator.objects.filter(pk=_RUN).values("purged_at")
    found = known.annotate(run_trashed_at=Subquery(run), purged_at=Subquery(purged))
    rows = found.values_list("pk", "role", "run_trashed_at", "purged_at", "trashed_at")
    statement, marks = rows.order_by().query.get_compiler("default").as_sql()
    return statement, marks
