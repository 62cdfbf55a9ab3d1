"""Pages of second factors: allauth's views with our pages, and honest answers to too many tries."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from ahnb_platform.accounts.limits import RETRY_SECONDS
from ahnb_platform.accounts.person import PersonRequest

from ..factors.requirement import is_required_of
from ..factors.setup import AppForm

TOO_MANY = ("too_many_login_attempts", "rate_limited")


@never_cache
def overview(request: PersonRequest) -> HttpResponse:
    """What the person has, and the ways to more."""
    mine = Authenticator.objects.filter(user=request.user).order_by("created_at")
    kinds = {kind: [one for one in mine if one.type == kind] for kind in Authenticator.Type}
    context = {
        "app": next(iter(kinds[Authenticator.Type.TOTP]), None),
        "keys": kinds[Authenticator.Type.WEBAUTHN],
        "codes": next(iter(kinds[Authenticator.Type.RECOVERY_CODES]), None),
        "is_required": is_required_of(request.user),
    }
    return render(request, "identity/factors.html", context)


def limited(form: BaseForm, response: HttpResponse) -> HttpResponse:
    """The answer to a wrong form: 429 when the attempts are used up."""
    errors = [error for field in form.errors.as_data().values() for error in field]
    if any(error.code in TOO_MANY for error in errors):
        response.status_code = 429
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


class AddApp(totp.ActivateTOTPView):
    form_class = AppForm
    template_name = "identity/app_add.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return limited(form, super().form_invalid(form))


class RemoveApp(totp.DeactivateTOTPView):
    template_name = "identity/app_remove.html"


class ShowCodes(codes.ViewRecoveryCodesView):
    template_name = "identity/codes.html"


class NewCodes(codes.GenerateRecoveryCodesView):
    template_name = "identity/codes_new.html"


class AddKey(webauthn.AddWebAuthnView):
    template_name = "identity/key_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth's makes a new form, so that a refusal would not be seen.
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(**kwargs) | {"form": form}


class RemoveKey(webauthn.RemoveWebAuthnView):
    template_name = "identity/key_remove.html"
    pk_url_kwarg = "key_id"
    success_url = reverse_lazy("mfa_index")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.get_object()  # of somebody else it is missing, before anything is asked
        return super().dispatch(request, *args, **kwargs)


class LoginByKey(webauthn.LoginWebAuthnView):
    """A passkey in place of address, password and code."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        messages.error(self.request, "This passkey is not known here.")
        return super().form_invalid(form)


class SecondFactor(base.AuthenticateView):
    """The step after the password."""

    template_name = "identity/second_factor.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return limited(form, super().form_invalid(form))


class ConfirmByPassword(ReauthenticateView):
    template_name = "identity/confirm_password.html"


class ConfirmByCode(base.ReauthenticateView):
    template_name = "identity/confirm_code.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return limited(form, super().form_invalid(form))


class ConfirmByKey(webauthn.ReauthenticateWebAuthnView):
    template_name = "identity/confirm_key.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        messages.error(self.request, "This key is not yours, or the time is over.")
        return super().form_invalid(form)
