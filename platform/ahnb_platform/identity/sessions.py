"""A person's sessions: what is open, and how it ends."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Missing
from ahnb_platform.web import requests

from .models import Session
from .models.session import DEVICE_LENGTH
from .sessionstore import ABOUT

# In the session: the id of the connection that it came by.
PROVIDER = "sso_provider"
# In the session, encrypted: where that provider logs out.
WAY_OUT = "sso_way_out"
# How exactly the last use is known; each time it is written costs one statement.
SEEN_EVERY_SECONDS = 600.0
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl", "python-requests")
NAMES = {"Edg": "Edge", "OPR": "Opera"}
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OpenSession:
    """What a person sees of one of their sessions; `handle` names it without giving it away."""

    handle: str
    device: str
    ip: str
    started_at: datetime | None
    seen_at: datetime | None
    is_current: bool


def begin(request: HttpRequest) -> None:
    """Note in the session of who just logged in, where and when it began."""
    now = time.time()
    request.session[ABOUT] = {
        "started": now,
        "seen": now,
        "ip": requests.current().ip,
        "device": request.META.get("HTTP_USER_AGENT", "")[:DEVICE_LENGTH],
    }


def note_use(request: HttpRequest) -> None:
    """Let the session live on, and remember when it was used: once in ten minutes."""
    about = request.session.get(ABOUT)
    if about is not None and time.time() - about["seen"] >= SEEN_EVERY_SECONDS:
        request.session[ABOUT] = {**about, "seen": time.time(), "ip": requests.current().ip}


def sessions_of(user: User, current_key: str | None) -> list[OpenSession]:
    """The open sessions of `user`, the one of `current_key` first, then by last use."""
    found = [_shown(row, current_key) for row in _rows(user).order_by("-seen_at")]
    return sorted(found, key=lambda one: not one.is_current)


def end_session(*, user: User, handle: str, by: User) -> None:
    """End the one that `handle` names. Raises Missing."""
    keys = [row.session_key for row in _rows(user) if _handle(row.session_key) == handle]
    if not keys:
        raise Missing
    _end(user, keys, by)


def end_other_sessions(*, user: User, current_key: str | None, by: User) -> int:
    """End all but the one of `current_key`; how many there were."""
    keys = [row.session_key for row in _rows(user) if row.session_key != current_key]
    return _end(user, keys, by) if keys else 0


def end_all_sessions(user: User) -> int:
    """End every session of `user`; the act that calls for it leaves the event."""
    count, _ = Session.objects.filter(user=user).delete()
    return count


def device_name(agent: str) -> str:
    """What a person calls the sender of this `User-Agent`: “Firefox on Linux”."""
    browser = next((name for name in BROWSERS if re.search(rf"\b{name}/", agent)), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    browser = NAMES.get(browser, browser)
    return " on ".join(word for word in (browser, system) if word) or "an unknown program"


def _rows(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user, expire_date__gt=timezone.now())


def _end(user: User, keys: list[str], by: User) -> int:
    with transaction.atomic():
        count, _ = Session.objects.filter(user=user, session_key__in=keys).delete()
        audit.record("account.sessions-ended", by=by, target=user, count=count)
    return count


def _shown(row: Session, current_key: str | None) -> OpenSession:
    return OpenSession(
        handle=_handle(row.session_key),
        device=device_name(row.device),
        ip=row.ip or "",
        started_at=row.started_at,
        seen_at=row.seen_at,
        is_current=row.session_key == current_key,
    )


def _handle(key: str) -> str:
    return salted_hmac("ahnb.identity.session", key, algorithm="sha256").hexdigest()[:24]
