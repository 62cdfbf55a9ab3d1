"""The page for logging in: where providers are connected it asks for the address first."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from ahnb_platform.accounts import local_login
from ahnb_platform.accounts.views.entrance import LoginView

from ..sso import domains


class AddressFirstView(LoginView):
    """The password is asked for once it is known that one would do."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "password" in request.POST:
            return super().post(request, *args, **kwargs)
        address = request.POST.get("login", "").strip()
        connection = domains.connection_for(address)
        if connection and not (connection.local_login and "local" in request.POST):
            way = reverse("identity:sso-start", args=[connection.pk])
            query = urlencode({"next": self.get_next_url() or ""})
            context = {"connection": connection, "way": f"{way}?{query}", "address": address}
            context["takes_passwords"] = settings.LOCAL_LOGIN
            return render(request, "identity/to_provider.html", context)
        form = self.get_form_class()(request=request, initial={"login": address})
        return self.render_to_response(self.get_context_data(form=form, address=address))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        address = kwargs.get("address", "")
        is_first = domains.asks_address_first() and not address and self.request.method == "GET"
        context = super().get_context_data(**kwargs)
        return context | {
            "asks_password": not is_first and settings.LOCAL_LOGIN,
            "takes_passwords": settings.LOCAL_LOGIN,
            "elsewhere": local_login.ELSEWHERE if not settings.LOCAL_LOGIN and address else "",
        }
