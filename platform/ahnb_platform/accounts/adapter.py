"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from ahnb_platform.web import requests

from . import doors, people
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an owner or a command; nobody registers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That address and password do not go together.",
        "elsewhere": doors.ELSEWHERE,
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
        if not request.user.is_authenticated and not doors.is_local(email):
            raise self.validation_error("elsewhere")

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A passkey is as local as a password."""
        methods = get_authentication_records(request, user)
        if methods and methods[-1].get("passwordless") and not doors.is_local(user.email):
            clear_login(request)
            messages.error(request, doors.ELSEWHERE)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """As for a wrong password: there is no page that tells."""
        messages.error(request, self.error_messages["email_password_mismatch"])
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        people.set_password(user=user, password=password, by=user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing at logging in and out: the page shows it."""
