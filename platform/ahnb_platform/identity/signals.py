"""What follows from logging in, from a new password, and from leaving."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from ahnb_platform.accounts.models import User
from ahnb_platform.accounts.people import password_set

from . import sessions
from .factors import signals as factors
from .sessions import PROVIDER, WAY_OUT
from .views.sso import CAME_BY

__all__ = ["factors"]


@receiver(user_logged_in)
def begin_session(request: HttpRequest, **_: Any) -> None:
    sessions.begin(request)


@receiver(user_logged_in)
def note_provider(request: HttpRequest, user: User, **_: Any) -> None:
    """Let the session know by which provider it came, once the person is logged in by it."""
    came = request.session.pop(CAME_BY, None)
    if came is not None and came[0] == user.pk:
        request.session[PROVIDER], request.session[WAY_OUT] = came[1], came[2]


@receiver(password_set)
def end_sessions_of_old_password(user: User, **_: Any) -> None:
    """Whoever sets the own one goes on with a fresh session: the view makes it."""
    sessions.end_all_sessions(user)


@receiver(post_save, sender=User)
def end_sessions_of_inactive(instance: User, created: bool, **_: Any) -> None:
    if not instance.is_active and not created:
        sessions.end_all_sessions(instance)
