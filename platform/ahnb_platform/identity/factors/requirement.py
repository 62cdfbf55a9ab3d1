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

_trusted: dict[int, tuple[float, bool]] = {}


def lacks_factor(user: User) -> bool:
    """Whether `user` must set up a second factor before anything else."""
    until, lacks = _trusted.get(user.pk, (0.0, False))
    if time.monotonic() < until:
        return lacks
    lacks = is_required_of(user) and not has_factor(user)
    if len(_trusted) >= TRUSTED_PEOPLE:
        _trusted.clear()
    _trusted[user.pk] = (time.monotonic() + TRUSTED_SECONDS, lacks)
    return lacks


def is_required_of(user: User) -> bool:
    """Whether this server or a team of the person asks for one."""
    if settings.REQUIRE_SECOND_FACTOR:
        return True
    asking = TeamPolicy.objects.filter(requires_second_factor=True)
    return asking.filter(team__memberships__user=user).exists()


def has_factor(user: User) -> bool:
    """Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=STRONG).exists()


def _forget(*_: object, **__: object) -> None:
    _trusted.clear()


recorded.connect(_forget, dispatch_uid="identity.requirement")
