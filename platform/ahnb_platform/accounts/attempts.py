"""What is tried in vain, again and again: recorded once in a while, and counted."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from . import audit, tokens
from .models import ApiToken

WINDOW = timedelta(minutes=5)
KEPT_SECONDS = 7 * 24 * 3600
REFUSALS_EVERY_SECONDS = 3600


def count_failed_login(email: str) -> None:
    """Record a failed login, one an address and window; the next event tells how many it had."""
    now = timezone.now()
    since, count = _failures(email)
    if since is not None and now - since < WINDOW:
        cache.set(_key(email), (since, count + 1), KEPT_SECONDS)
        return
    earlier: dict[str, Any] = {"earlier": count} if count else {}
    audit.record("account.login-failed", by=None, email=email, **earlier)
    cache.set(_key(email), (now, 1), KEPT_SECONDS)


def forget_failed_logins(email: str) -> int:
    """How many there were since the last that the record counts; from now on none."""
    _, count = _failures(email)
    if count:
        cache.delete(_key(email))
    return count


def note_refused_token(text: str) -> None:
    """Record that a token of ours came and was refused, one event a token and hour."""
    match = tokens.FORM.fullmatch(text)
    known = ApiToken.objects.select_related("user", "project__team")
    token = known.filter(prefix=match[1]).first() if match else None
    if token is None or not cache.add(f"refused:{token.prefix}", 1, REFUSALS_EVERY_SECONDS):
        return
    team = token.project.team if token.project else None
    why, owner = _why(token), token.user.email
    audit.record("token.refused", by=None, target=token, team=team, owner=owner, why=why)


def _why(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if not token.is_live:
        return "expired"
    return "another secret" if token.user.is_active else "its person is not active"


def _failures(email: str) -> tuple[datetime | None, int]:
    found: tuple[datetime | None, int] = cache.get(_key(email), (None, 0))
    return found


def _key(email: str) -> str:
    return f"failed:{hashlib.sha256(email.encode()).hexdigest()}"
