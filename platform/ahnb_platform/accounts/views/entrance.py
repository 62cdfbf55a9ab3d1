"""The ways in: password, one-time link, forgotten password."""

import time
from typing import Any

from allauth.account import views as allauth
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as log_out
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from ahnb_platform.errors import Missing
from ahnb_platform.web.errors import error_page

from .. import links, people
from ..forms import ChoosePasswordForm, EmailForm
from ..limits import RETRY_SECONDS, limited
from ..mail import send_link
from ..models import User
from ..person import PersonRequest

BACKEND = "django.contrib.auth.backends.ModelBackend"
# For how long after a one-time link a password may be chosen without the old one.
CHOOSING_SECONDS = 3600
CAME_BY_LINK = "came_by_link_at"
# Whose link was used, until that person is logged in: a second factor may be asked for between.
LINK_OF = "link_of"
NEUTRAL = (
    "If this server knows the address, a one-time link is on its way. "
    "Otherwise ask an owner of your team, or an administrator, for one."
)
NO_MAIL = (
    "This server sends no mail. An owner of your team, or an administrator, "
    "hands you a one-time link."
)
DEAD_LINK = (
    "This one-time link does not work: it was used, has expired, or is not complete. "
    "An owner of your team, or an administrator, gives you a new one."
)


class LoginView(allauth.LoginView):
    """allauth's, with the honest status for too many attempts."""

    def form_invalid(self, form):  # type: ignore[no-untyped-def]
        response = super().form_invalid(form)
        if form.has_error("__all__", code="too_many_login_attempts"):
            response.status_code = 429
            response["Retry-After"] = str(RETRY_SECONDS)
        return response


@login_not_required
@never_cache
def one_time_link(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows a button, since mail programs open links by themselves; POST logs in."""
    try:
        if request.method != "POST":
            return render(request, "accounts/link.html", {"link": links.open_link(secret)})
        link = links.use_link(secret)
    except Missing:
        return error_page(request, 404, DEAD_LINK)
    if request.user.is_authenticated:
        log_out(request)
    if link.asks_password:
        request.session[LINK_OF] = link.user.pk
    record_authentication(request, link.user, method="link")
    target = reverse("account_set_password" if link.asks_password else "projects:home")
    return perform_login(request, Login(user=link.user, redirect_url=target))


@receiver(user_logged_in)
def note_link(request: HttpRequest, user: User, **_: Any) -> None:
    """Let who came by a link choose a password without the old one."""
    if request.session.pop(LINK_OF, None) == user.pk:
        request.session[CAME_BY_LINK] = time.time()


@never_cache
@sensitive_post_parameters()
def set_password(request: PersonRequest) -> HttpResponse:
    """Choose a password without the old one: after a one-time link, or when there is none."""
    user = request.user
    came_at = request.session.get(CAME_BY_LINK, 0.0)
    if user.has_usable_password() and time.time() - came_at > CHOOSING_SECONDS:
        return redirect("account_change_password")
    form = ChoosePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["new_password1"]
        people.set_password(user=user, password=password, by=user)
        request.session.pop(CAME_BY_LINK, None)
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is set.")
        return redirect("projects:home")
    return render(request, "account/password_set.html", {"form": form})


class PasswordChangeView(allauth.PasswordChangeView):
    """allauth's; afterwards the profile says that it worked."""

    def form_valid(self, form):  # type: ignore[no-untyped-def]
        response = super().form_valid(form)
        messages.success(self.request, "Your password is changed. Other sessions have ended.")
        return response


change_password = PasswordChangeView.as_view()


@login_not_required
@never_cache
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Send a one-time link by mail; the answer is the same for every address."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if refusal := limited(request, "reset_password", key=email.lower()):
            return refusal
        send_link(email)
        messages.info(request, NEUTRAL if settings.EMAIL_HOST else NO_MAIL)
        return redirect("account_login")
    context = {"form": form, "sends_mail": bool(settings.EMAIL_HOST), "no_mail": NO_MAIL}
    return render(request, "account/password_reset.html", context)
