"""Who must have a second factor: everybody here, or the members of a team that asks for it."""

import time

from allauth.mfa.models import Authenticator
from django.conf import settings

from ahnb_platform.accounts.audit import recorded
from ahnb_platform.accounts.models import User

from ..models import TeamPolicy

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# For how long a process believes what it found; its own acts are seen at once.
TRUSTED_SECONDS = 5.0
TRUSTED_PEOPLE = 4096

_trusted: dict[tuple[int, str], tuple[float, bool]] = {}


def lacks_factor(user: User, provider: str = "") -> bool:
    """Whether `user` must set up a second factor before anything else.

    Args:
        provider: the id of the connection by which the person logged in, or empty. A second
            factor is then the provider's business, for its team and for this server.
    """
    key = user.pk, provider
    until, lacks = _trusted.get(key, (0.0, False))
    if time.monotonic() < until:
        return lacks
    lacks = is_required_of(user, provider) and not has_factor(user)
    if len(_trusted) >= TRUSTED_PEOPLE:
        _trusted.clear()
    _trusted[key] = (time.monotonic() + TRUSTED_SECONDS, lacks)
    return lacks


def is_required_of(user: User, provider: str = "") -> bool:
    """Whether this server or a team of the person asks for one; see `lacks_factor`."""
    if settings.REQUIRE_SECOND_FACTOR and not provider:
        return True
    asking = TeamPolicy.objects.filter(requires_second_factor=True, team__memberships__user=user)
    if provider:
        asking = asking.exclude(team__connection__id=provider)
    return asking.exists()


def has_factor(user: User) -> bool:
    """Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=STRONG).exists()


def _forget(*_: object, **__: object) -> None:
    _trusted.clear()


recorded.connect(_forget, dispatch_uid="identity.requirement")
