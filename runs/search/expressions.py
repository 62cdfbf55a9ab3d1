"""Values of a run that no column holds, as SQL; and pattern matching."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    Lookup,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from ahnb_platform.accounts.models import User

from ..linting.queries import told_in_run
from ..metrics.models import MetricState
from ..models import LOST_AFTER, Status


@CharField.register_lookup
@TextField.register_lookup
class Like(Lookup[str] if TYPE_CHECKING else Lookup):  # type: ignore[misc]
    """`%` stands for any characters and `_` for one; large and small letters are equal."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right} ESCAPE ''", (*left_params, *right_params)


class Seconds(Func):
    """The length of an interval in seconds."""

    template = "GREATEST(0, EXTRACT(EPOCH FROM %(expressions)s))::float8"
    output_field = FloatField()
    arity = 1


class Interval(Func):
    """From one time to a later one."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    arity = 2


def lost() -> Exists:
    """Whether a run has given no sign of life for too long, or had when it was frozen."""
    until = Coalesce(OuterRef("frozen_at"), Value(timezone.now()))
    return Exists(_state().filter(last_seen_at__lt=until - Value(LOST_AFTER)))


def is_status(status: str) -> Q:
    """The runs that are shown with `status`."""
    if status == "lost":
        return Q(lost(), status=Status.RUNNING)
    if status == Status.RUNNING:
        return Q(~lost(), status=Status.RUNNING)
    return Q(status=status)


def plain_value(name: str) -> Combinable:
    """The value of a plain field, null where it is missing."""
    return _VALUES[name]()


def _duration() -> Combinable:
    seen = Subquery(_state().values("last_seen_at")[:1])
    return Seconds(Interval(Coalesce(F("finished_at"), seen, F("created_at")), F("started_at")))


def _shown_status() -> Combinable:
    return Case(
        When(Q(lost(), status=Status.RUNNING), then=Value("lost")),
        default=F("status"),
        output_field=CharField(),
    )


def _user_email() -> Combinable:
    return Subquery(User.objects.filter(pk=OuterRef("user_id")).values("email")[:1])


def _number_of_findings() -> Combinable:
    counted = told_in_run().order_by().values("run_id").annotate(count=Count("*"))
    return Coalesce(Subquery(counted.values("count")), 0)


def _worst_finding() -> Combinable:
    return Subquery(told_in_run().order_by("-severity", "rule").values("rule")[:1])


def _state() -> QuerySet[MetricState]:
    return MetricState.objects.filter(project_id=OuterRef("project_id"), run_id=OuterRef("id"))


_VALUES: dict[str, Callable[[], Combinable]] = {
    "name": lambda: F("name"),
    "group": lambda: NullIf(F("group"), Value("")),
    "model": lambda: NullIf(F("model_name"), Value("")),
    "configuration": lambda: NullIf(F("configuration"), Value("")),
    "architecture": lambda: NullIf(F("architecture"), Value("")),
    "weights": lambda: NullIf(F("weights_hash"), Value("")),
    "trained": lambda: NullIf(F("trained_hash"), Value("")),
    "data": lambda: NullIf(F("data_hash"), Value("")),
    "code": lambda: NullIf(F("code_hash"), Value("")),
    "commit": lambda: NullIf(F("commit"), Value("")),
    "version": lambda: F("model_version"),
    "size": lambda: F("model_parameters"),
    "started": lambda: F("started_at"),
    "finished": lambda: F("finished_at"),
    "created": lambda: F("created_at"),
    "number": lambda: F("number"),
    "duration": _duration,
    "status": _shown_status,
    "user": _user_email,
    "tag": lambda: F("tags__0"),
    "findings": _number_of_findings,
    "finding": _worst_finding,
}
