"""Coming and going is recorded, by whatever door."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from . import attempts, audit
from .models import User
from .models.user import normalise_email


@receiver(user_logged_in)
def record_login(user: User, **_: Any) -> None:
    failed = attempts.forget_failed_logins(user.email)
    told: dict[str, Any] = {"failed_before": failed} if failed else {}
    audit.record("account.login", by=user, target=user, **told)


@receiver(user_logged_out)
def record_logout(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("account.logout", by=user, target=user)


@receiver(user_login_failed)
def record_failed_login(credentials: dict[str, Any], **_: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")
    attempts.count_failed_login(normalise_email(email[:254]).replace("\0", ""))
