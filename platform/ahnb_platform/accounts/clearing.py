"""Clearing away what nobody can use any more; each call is one bounded step."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import CacheRow, LoginLink

AT_ONCE = 1000
# A link that is used or expired is kept for so long, to be looked at.
LINKS_KEPT = timedelta(days=30)


def clear_sessions() -> bool:
    """Delete expired sessions; whether there are more."""
    sessions = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    return _delete_some(sessions.objects.filter(expire_date__lt=timezone.now()))


def clear_links() -> bool:
    """Delete one-time links that have long been useless; whether there are more."""
    before = timezone.now() - LINKS_KEPT
    return _delete_some(LoginLink.objects.filter(Q(used_at__lt=before) | Q(expires_at__lt=before)))


def clear_cache() -> bool:
    """Delete rows of the cache that have expired; whether there are more."""
    return _delete_some(CacheRow.objects.filter(expires__lt=timezone.now()))


def _delete_some(rows: QuerySet[Any]) -> bool:
    keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    # The condition again: what was renewed since stays.
    rows.filter(pk__in=keys).delete()
    return len(keys) == AT_ONCE
