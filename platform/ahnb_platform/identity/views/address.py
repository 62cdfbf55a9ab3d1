"""Pages for changing one's own address."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from ahnb_platform.accounts.forms import EmailForm, refusals_on
from ahnb_platform.accounts.limits import limited
from ahnb_platform.accounts.person import PersonRequest

from .. import addresses

ON_ITS_WAY = "A link is on its way to the new address. Until you open it, nothing changes."


@never_cache
@reauthentication_required(app="allauth.mfa")
def change(request: PersonRequest) -> HttpResponse:
    """Ask for another address; without a mail server an administrator changes it."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and settings.EMAIL_HOST and form.is_valid():
        if refusal := limited(request, "reset_password", key=str(request.user.pk)):
            return refusal
        with refusals_on(form):
            addresses.ask_for_address(user=request.user, email=form.cleaned_data["email"])
            messages.success(request, ON_ITS_WAY)
            return redirect("accounts:profile")
    context = {"form": form, "sends_mail": bool(settings.EMAIL_HOST)}
    return render(request, "identity/address.html", context)


@never_cache
def confirm(request: PersonRequest, signed: str) -> HttpResponse:
    """GET shows a button, since mail programs open links by themselves; POST takes the address."""
    email = addresses.address_in(signed, request.user)
    if request.method != "POST":
        return render(request, "identity/address_confirm.html", {"email": email})
    addresses.take_address(user=request.user, signed=signed)
    messages.success(request, f"You log in as {email} from now on.")
    return redirect("accounts:profile")
