"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from ahnb_platform.web import requests

from . import people
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an owner or a command; nobody registers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That address and password do not go together.",
        "too_many_login_attempts": "Too many attempts. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this very origin."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that logs and audit name too: no header of the client's decides it."""
        return requests.current().ip or "unknown"

    def set_password(self, user: User, password: str) -> None:
        people.set_password(user=user, password=password, by=user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing at logging in and out: the page shows it."""
