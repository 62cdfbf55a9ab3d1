"""What a person sees and changes of themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from .. import people
from ..access import teams_for_user
from ..forms import ProfileForm
from ..person import PersonRequest


def profile(request: PersonRequest) -> HttpResponse:
    """Name and time zone, with the ways to password, teams and tokens."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        people.update_profile(user=request.user, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("accounts:profile")
    context = {"form": form, "teams": teams_for_user(request.user)}
    return render(request, "accounts/profile.html", context)
