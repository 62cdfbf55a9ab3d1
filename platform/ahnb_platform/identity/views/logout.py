"""Logging out: here, and where the provider offers it, there as well."""

from typing import Any

from allauth.account.views import LogoutView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from ahnb_platform.accounts.addresses import public

from .. import vault
from ..models import Connection
from ..sessions import PROVIDER, WAY_OUT


@method_decorator([login_not_required, never_cache], name="dispatch")
class LeavingView(LogoutView):
    """allauth's; who came by a provider that can log out there is offered to go on to it."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        request: HttpRequest = self.request
        provider, way = str(request.session.get(PROVIDER, "")), way_out(request)
        response: HttpResponse = super().post(*args, **kwargs)
        connection = Connection.objects.filter(pk=provider).first() if way else None
        if connection is None:
            return response
        return render(request, "identity/left.html", {"connection": connection, "way": way})


def way_out(request: HttpRequest) -> str:
    """The provider's address for it, which leads back to our page for logging in."""
    try:
        way = vault.unlock(request.session.get(WAY_OUT, ""))
    except vault.Unreadable:
        return ""
    back = urlencode({"post_logout_redirect_uri": login_page(request)})
    return f"{way}&{back}" if way else ""


def login_page(request: HttpRequest) -> str:
    """As the provider has to know it."""
    return public(request, reverse("account_login"))
