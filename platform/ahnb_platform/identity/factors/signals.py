"""Every act on second factors is recorded, and so is a wrong code."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_save
from django.dispatch import receiver

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User


@receiver(post_save, sender=Authenticator)
def record_added(instance: Authenticator, created: bool, **_: Any) -> None:
    """By the row, not by allauth's signal: that one comes when the act is committed already."""
    if created:
        audit.record("factor.added", by=instance.user, target=instance.user, kind=instance.type)


@receiver(signals.authenticator_removed)
def record_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("factor.removed", by=user, target=user, kind=authenticator.type)


@receiver(signals.authenticator_used)
def record_used(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("factor.used", by=user, target=user, kind=authenticator.type)


@receiver(signals.authentication_failed)
def record_failed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("factor.failed", by=None, target=user, kind=authenticator.type)
