"""Sessions that know whose they are, so that a person can see and end them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

DEVICE_LENGTH = 200


class Session(AbstractBaseSession):
    """One browser's session; all but the key and the life comes from its data when it is saved."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,  # a session may be saved while its person is being deleted
    )
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=DEVICE_LENGTH, blank=True)

    objects: ClassVar = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type:
        from ..sessionstore import SessionStore

        return SessionStore
