"""Coming and going is recorded, by whatever door."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from . import audit
from .models import User


@receiver(user_logged_in)
def record_login(user: User, **_: Any) -> None:
    audit.record("account.login", by=user, target=user)


@receiver(user_logged_out)
def record_logout(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("account.logout", by=user, target=user)


@receiver(user_login_failed)
def record_failed_login(credentials: dict[str, Any], **_: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")
    audit.record("account.login-failed", by=None, email=email[:254])
