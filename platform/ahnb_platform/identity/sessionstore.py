"""Django's sessions in the database, with whose they are and when they end for good.

A session ends twelve hours after it was last used, and fourteen days after logging in whatever
happens. The database is asked for neither: both are in the one time that the row expires at.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from .models import Session

LIFE = timedelta(days=14)
# In the session's data: what is known of it since logging in.
ABOUT = "about"


class SessionStore(DatabaseStore):
    """The engine that `settings.SESSION_ENGINE` names."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Any) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        about = data.get(ABOUT, {})
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.started_at = _moment(about.get("started"))
        row.seen_at = _moment(about.get("seen"))
        row.ip = about.get("ip") or None
        row.device = about.get("device", "")
        return row

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds until it ends when nobody uses it: never beyond its life."""
        left = self._life_left()
        age = super().get_expiry_age(**kwargs)
        return age if left is None else max(0, min(age, left))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        date = super().get_expiry_date(**kwargs)
        left = self._life_left()
        return date if left is None else min(date, timezone.now() + timedelta(seconds=left))

    def _life_left(self) -> int | None:
        started = self.get(ABOUT, {}).get("started")
        return None if started is None else int(started + LIFE.total_seconds() - time.time())


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
