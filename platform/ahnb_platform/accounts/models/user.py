"""A person, known by e-mail address."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


def normalise_email(email: str) -> str:
    """One spelling per address: NFC, lower case, no surrounding space."""
    return unicodedata.normalize("NFC", email).strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes and finds people; addresses are compared in one spelling."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person; without a password nobody can log in by password."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who may use the admin site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        # A service account has no password to ask for.
        return self.get(email=normalise_email(username or ""), service_team=None)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address."""

    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="An IANA name; empty: the browser's zone."
    )
    home_team = models.ForeignKey(
        "accounts.Team",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The team that brought the person here; its owners may make one-time links.",
    )
    service_team = models.ForeignKey(
        "accounts.Team",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="service_accounts",
        help_text="Of a service account: the team that it belongs to; empty: a person.",
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin site", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_once")]

    def __str__(self) -> str:
        return f"{self.name} (service account)" if self.is_service else self.name or self.email

    @property
    def is_service(self) -> bool:
        """Whether this is no person: a program of a team, which only has tokens."""
        return self.service_team_id is not None

    def get_session_auth_hash(self) -> str:
        """Of a service account empty, which no session passes with, by whatever door it came."""
        return "" if self.is_service else super().get_session_auth_hash()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]
