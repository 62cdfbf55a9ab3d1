"""Comparisons of what a run itself says, as SQL."""

import operator
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from typing import Any

from django.db.models import Exists, Q

from ahnb_platform.accounts.models import User

from ..linting.queries import told_in_run
from ..models import Status
from . import values
from .comparing import affirmed_of, compared, refuse_like
from .errors import QueryError
from .expressions import is_status
from .fields import NUMBERS, TEXTS, TIMES, Field
from .tree import Comparison

WHOLE = ("number", "version", "size", "findings")
# Comparisons of a number of findings that ask whether there is any.
SOME_OR_NONE = {
    **dict.fromkeys([(">", 0), (">=", 1), ("!=", 0)], True),
    **dict.fromkeys([("=", 0), ("<", 1), ("<=", 0)], False),
}
STATUSES = (*Status.values, "lost")
TEXT_COLUMNS = {
    "model": "model_name",
    **{name: f"{name}_hash" for name in ("weights", "trained", "data", "code")},
}


def plain(comparison: Comparison) -> Q:
    """The runs that compare so.

    Raises:
        QueryError: the field is not compared like that.
    """
    name = comparison.field.name
    if comparison.operator.startswith("is "):
        missing = _missing(name)
        return missing if comparison.operator == "is missing" else ~missing
    if name in TEXTS:
        return _text(comparison)
    if name in TIMES or name in NUMBERS:
        return _measure(comparison)
    positive, is_negated = affirmed_of(comparison)
    looks = {"status": _status, "user": _user, "tag": _tag, "finding": _finding}
    found = looks[name](positive)
    return ~found if is_negated else found


def _missing(name: str) -> Q:
    """What has no value: null, or the empty text that stands for none."""
    if name in TEXTS:
        return Q(**{_column(name): ""})
    if name == "tag":
        return Q(tags=[])
    if name == "finding":
        return ~Q(Exists(told_in_run()))
    column = {"user": "user_id", "status": "status"}.get(name) or _COLUMNS[name]
    return Q(**{f"{column}__isnull": True})


def _column(name: str) -> str:
    return TEXT_COLUMNS.get(name, name)


def _text(comparison: Comparison) -> Q:
    """A run's own texts; one that nobody gave is the empty text."""
    positive, is_negated = affirmed_of(comparison)
    found = [values.text(value, at) for value, at in comparison.placed]
    matches = compared(_column(comparison.field.name), positive.operator, found)
    return ~matches if is_negated else matches


def _measure(comparison: Comparison) -> Q:
    field = comparison.field
    refuse_like(comparison)
    read: Callable[[Any, Field], Any] = values.moment if field.name in TIMES else values.number
    if field.name in WHOLE:
        read = _whole
    found = [read(value, at) for value, at in comparison.placed]
    if field.name == "findings" and (comparison.operator, found[0]) in SOME_OR_NONE:
        # Whether there is any is found without counting them.
        is_any = Q(Exists(told_in_run()))
        return is_any if SOME_OR_NONE[comparison.operator, found[0]] else ~is_any
    return compared(_COLUMNS[field.name], comparison.operator, found)


def _status(comparison: Comparison) -> Q:
    """The statuses that fit are chosen here; there are only a handful."""
    _only_equality(comparison)
    return reduce(operator.or_, [is_status(_known(*pair)) for pair in comparison.placed])


def _known(value: Any, field: Field) -> str:
    status = values.text(value, field).lower()
    if status in STATUSES:
        return status
    close = get_close_matches(status, STATUSES, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    raise QueryError(f"A status is one of {', '.join(STATUSES)}.{meant}", position=field.position)


def _user(comparison: Comparison) -> Q:
    texts = [values.text(value, at) for value, at in comparison.placed]
    if comparison.operator != "like":
        _only_equality(comparison)
    people = User.objects.filter(
        compared("email", comparison.operator, [text.lower() for text in texts])
        | compared("name", comparison.operator, texts)
    )
    return Q(user_id__in=people.values("pk"))


def _tag(comparison: Comparison) -> Q:
    """A run has many; `=` is one of them, `!=` none of them."""
    _only_equality(comparison)
    return Q(tags__overlap=[values.text(value, at) for value, at in comparison.placed])


def _finding(comparison: Comparison) -> Q:
    """As a tag: `=` is any rule that found something, `!=` none."""
    texts = [values.text(value, at) for value, at in comparison.placed]
    if comparison.operator != "like":
        _only_equality(comparison)
    return Q(Exists(told_in_run().filter(compared("rule", comparison.operator, texts))))


def _only_equality(comparison: Comparison) -> None:
    if comparison.operator not in ("=", "in"):
        raise QueryError(
            f"{comparison.field} is compared by =, !=, in or is missing.",
            position=comparison.field.position,
        )


def _whole(value: Any, field: Field) -> int:
    number = values.number(value, field)
    if number != int(number):
        raise QueryError(f"{field} is compared with a whole number.", position=field.position)
    return int(number)


_COLUMNS = {
    "started": "started_at",
    "finished": "finished_at",
    "created": "created_at",
    "number": "number",
    "duration": "duration",
    "version": "model_version",
    "size": "model_parameters",
    "findings": "findings",
}
