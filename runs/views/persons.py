"""A person's data: to take away, by themselves or a superuser; to forget, by a superuser."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import User
from ahnb_platform.accounts.models.user import normalise_email
from ahnb_platform.accounts.views.audit import require_superuser
from ahnb_platform.errors import Missing
from ahnb_platform.web.typed import PageRequest

from ..persons.erasing import erase_person
from ..persons.exporting import export_of
from .archive import download
from .quotes import server_of


class EraseForm(forms.Form):
    """The address of whom to forget, once more."""

    email = forms.CharField(label="Their e-mail address", max_length=254)

    def __init__(self, *args: object, person: User) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.person = person

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        if email != self.person.email:
            raise forms.ValidationError("This is not the address of the person above.")
        return email


@require_safe
def own_export(request: PageRequest) -> HttpResponseBase:
    """All that the server keeps of whoever asks."""
    return _export(request, request.user)


@require_safe
def export(request: PageRequest, user_id: int) -> HttpResponseBase:
    """All that the server keeps of a person. Superusers."""
    return _export(request, _person(request, user_id))


def person(request: PageRequest, user_id: int) -> HttpResponse:
    """What can be done with a person's data; POST forgets them. Superusers."""
    someone = _person(request, user_id)
    form = EraseForm(request.POST or None, person=someone)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            erased = erase_person(user=someone, by=request.user)
            messages.success(request, f"Forgotten. In their place stands “{erased.label}”.")
            return redirect("runs:person", someone.pk)
    return render(request, "accounts/person.html", {"person": someone, "form": form})


def _person(request: PageRequest, user_id: int) -> User:
    require_superuser(request)
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise Missing
    return found


def _export(request: PageRequest, someone: User) -> HttpResponseBase:
    audit.record("export.person", by=request.user, target=someone)
    parts = export_of(someone, server=server_of(request))
    return download(parts, "application/zip", f"person-{someone.pk}.zip")
