"""API tokens: issue, verify, revoke.

The secret has 256 bits, so one pass of SHA-256 keeps it: no dictionary reaches it.
"""

import hmac
import re
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ahnb_platform.errors import Invalid, Missing

from . import audit
from .models import ApiToken, Scope, User
from .secret import digest_of

FORM = re.compile(r"ahnb_([0-9a-f]{10})_[0-9a-f]{64}")
LONGEST_NAME = 100
# How long this process may answer without asking the database: the delay of a revocation.
TRUSTED_SECONDS = 0.5
TRUSTED_TOKENS = 2048
USED_EVERY = timedelta(minutes=10)
# For how long after its end a token may bring home the runs that it started.
GRACE = timedelta(days=7)
# When the end of a token is told before it comes, and the header of the API that does.
WARNED = timedelta(days=14)
EXPIRY_HEADER = "AHNB-Token-Expires"

_trusted: dict[bytes, tuple[float, ApiToken]] = {}


def issue_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    by: User | None,
    project: Any = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for `user`; the text leaves here and is kept nowhere.

    Args:
        scopes: of `Scope`; at least one.
        project: the one `projects.models.Project` that the token sees; None for all of `user`'s.
        expires_at: a time to come; None for never.

    Raises:
        Invalid: an empty or long name, no or unknown scopes, a time that has passed.
        Missing: `user` does not see the project.
    """
    name = name.strip()
    chosen = sorted(set(scopes))
    _check(name, chosen, expires_at)
    if project is not None and not type(project).objects.visible_to(user).filter(pk=project.pk):
        raise Missing
    prefix = secrets.token_hex(5)
    text = f"ahnb_{prefix}_{secrets.token_hex(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name,
            prefix=prefix,
            digest=digest_of(text),
            scopes=chosen,
            project=project,
            expires_at=expires_at,
        )
        audit.record(
            "token.issued",
            by=by,
            target=token,
            team=project.team if project else user.service_team,
            owner=user.email,
            scopes=chosen,
            project=project.path if project else None,
            expires_at=expires_at.isoformat() if expires_at else None,
        )
    return token, text


def verify_token(text: str) -> ApiToken | None:
    """The live token of an active person, with `user` loaded; None for any other text.

    Asks the database once, and not at all for what was verified within `TRUSTED_SECONDS`.
    """
    token = _known(text)
    return token if token is not None and token.is_live else None


def token_in_grace(text: str) -> ApiToken | None:
    """A token that is over by its expiry alone, and that for less than `GRACE`; `user` is active.

    What it may still do is for the caller to limit: to the runs that it started before.
    """
    token = _known(text)
    if token is None or token.revoked_at is not None or token.expires_at is None:
        return None
    return token if token.expires_at <= timezone.now() < token.expires_at + GRACE else None


def expiry_notice(token: ApiToken) -> str:
    """What the header says of the token's end: the time, when that is near or past; else ""."""
    if token.expires_at is None or token.expires_at > timezone.now() + WARNED:
        return ""
    return f"{token.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def remembered_token(text: str) -> ApiToken | None:
    """As `verify_token`, but None for what it did not verify within `TRUSTED_SECONDS`."""
    token = _remembered(digest_of(text)) if text else None
    if token is None or not token.is_live or not token.user.is_active:
        return None
    return token


def revoke_token(*, token: ApiToken, by: User | None) -> ApiToken:
    """End a token for good; revoking it again changes nothing."""
    with transaction.atomic():
        now = timezone.now()
        revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
        token.refresh_from_db(fields=["revoked_at"])
        if revoked:
            team = token.project.team if token.project else token.user.service_team
            audit.record("token.revoked", by=by, target=token, team=team, owner=token.user.email)
    _trusted.pop(bytes(token.digest), None)
    return token


def tokens_of(user: User) -> list[ApiToken]:
    """All that `user` ever made, the newest first, with their projects."""
    return list(ApiToken.objects.filter(user=user).select_related("project__team"))


def token_of_user(user: User, token_id: int) -> ApiToken:
    """One of `user`'s own. Raises Missing."""
    token = ApiToken.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise Missing
    return token


def _check(name: str, scopes: list[str], expires_at: datetime | None) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A token needs a name of 1 to {LONGEST_NAME} printable characters.")
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Invalid(f"The scopes of a token are: {', '.join(Scope.values)}.")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("A token must expire in the future.")


def _known(text: str) -> ApiToken | None:
    """The token of that text, if its person is active; it may be over."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    digest = digest_of(text)
    token = _remembered(digest) or _stored(match[1], digest)
    return token if token is not None and token.user.is_active else None


def _remembered(digest: bytes) -> ApiToken | None:
    until, token = _trusted.get(digest, (0.0, None))
    return token if time.monotonic() < until else None


def _stored(prefix: str, digest: bytes) -> ApiToken | None:
    token = ApiToken.objects.select_related("user").filter(prefix=prefix).first()
    if token is None or not hmac.compare_digest(bytes(token.digest), digest):
        return None
    if len(_trusted) >= TRUSTED_TOKENS:
        _trusted.clear()
    _trusted[digest] = (time.monotonic() + TRUSTED_SECONDS, token)
    _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    """Write `last_used_at`, at most once in `USED_EVERY`, however many processes serve."""
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - USED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
