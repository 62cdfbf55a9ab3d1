"""How allauth behaves here."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from ahnb_platform.web import requests

from . import local_login, people
from .models import User

# The ways of logging in that show who somebody is.
PROVING = ("password", "mfa", "sso")


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an owner or a command; nobody registers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That address and password do not go together.",
        "elsewhere": local_login.ELSEWHERE,
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

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a password, before looking at it, where it opens nothing."""
        super().pre_authenticate(request, **credentials)
        email = credentials.get("email") or ""
        if not request.user.is_authenticated and not local_login.is_allowed(email):
            raise self.validation_error("elsewhere")

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A passkey is as local as a password."""
        methods = get_authentication_records(request, user)
        if methods and methods[-1].get("passwordless") and not local_login.is_allowed(user.email):
            clear_login(request)
            messages.error(request, local_login.ELSEWHERE)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whether more than some minutes have passed since a password, a factor or a provider.

        allauth counts only what was asked once more, not the login itself. A one-time link, which
        somebody may have found, does not count.
        """
        records = get_authentication_records(self.request, self.request.user)
        shown = [one["at"] for one in records if one["method"] in PROVING]
        return time.time() - max(shown, default=0) >= REAUTHENTICATION_TIMEOUT

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """As for a wrong password: there is no page that tells."""
        messages.error(request, self.error_messages["email_password_mismatch"])
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        people.set_password(user=user, password=password, by=user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing at logging in and out: the page shows it."""
