"""What may stand on the right of a comparison: numbers, texts, times."""

import re
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from .errors import QueryError
from .fields import Field

_AGO = re.compile(r"\s*(\d{1,6})\s*(second|minute|hour|day|week|month|year)s?\s+ago\s*", re.I)
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_DAYS_BACK = {"today": 0, "yesterday": 1}
_LAST_SECOND = 253_402_300_799


def number(value: float | str, field: Field) -> float:
    """Raises QueryError unless `value` is a number."""
    if isinstance(value, str):
        raise QueryError(f"{field} is compared with a number.", position=field.position)
    return value


def text(value: float | str, field: Field) -> str:
    """Raises QueryError unless `value` is a text."""
    if not isinstance(value, str):
        raise QueryError(f"{field} is compared with a text in quotes.", position=field.position)
    return value


def moment(value: float | str, field: Field) -> datetime:
    """A time: `"7 days ago"`, `"2026-05-01"`, `"2026-05-01T12:00:00Z"`, or seconds since 1970.

    `today` and `yesterday` are their midnights. What has no zone is UTC.
    Months have 30 days and years 365.

    Raises:
        QueryError: none of these.
    """
    try:
        return _moment(value)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f'{field} is compared with a time: "7 days ago", today, "2026-05-01" or '
            '"2026-05-01T12:00:00Z".',
            position=field.position,
        ) from error


def _moment(value: float | str) -> datetime:
    if not isinstance(value, str):
        return datetime.fromtimestamp(min(max(value, 0), _LAST_SECOND), UTC)
    day = value.strip().lower()
    if day in _DAYS_BACK:
        midnight = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=_DAYS_BACK[day])
    ago = _AGO.fullmatch(value)
    if ago:
        return timezone.now() - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2].lower()])
    parsed = datetime.fromisoformat(value.strip())
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
