"""What people type on the pages for teams, tokens and themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils import timezone

from ahnb_platform.edits import Overtaken
from ahnb_platform.errors import Conflict, Invalid

from .audit.queries import Wanted
from .models import ApiToken, Role, Scope, User
from .slugs import validate_slug

LONGEST_TOKEN_DAYS = 3650
SERVICE_ROLES = [(Role.EDITOR.value, "editor"), (Role.READER.value, "reader")]


@contextmanager
def refusals_on(form: forms.BaseForm) -> Iterator[None]:
    """Show on the form what a service refuses; `form.is_valid()` says afterwards whether."""
    try:
        yield
    except Overtaken:
        raise  # the page has to show both texts
    except (Invalid, Conflict) as refusal:
        form.add_error(None, refusal.detail)


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def beginning_of(day: date) -> datetime:
    """Its midnight in the reader's time zone."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


class TeamForm(forms.Form):
    """A team's name and address."""

    name = forms.CharField(max_length=100)
    slug = forms.CharField(
        label="Address",
        max_length=63,
        validators=[validate_slug],
        help_text="Lower-case letters, digits and hyphens, as it stands in links.",
    )


class InviteForm(forms.Form):
    """Whom to invite into a team, and as what."""

    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.TypedChoiceField(choices=Role.choices, coerce=int, initial=Role.READER)


class AuditForm(forms.Form):
    """What somebody looks for in the record of acts."""

    actor = forms.CharField(
        label="Who",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "an e-mail address"}),
    )
    action = forms.CharField(
        label="What",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "audit-actions", "placeholder": "token.issued"}),
    )
    target = forms.CharField(
        label="To what",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "how its name begins"}),
    )
    since = forms.DateField(label="From", required=False, widget=DayInput)
    until = forms.DateField(label="To", required=False, widget=DayInput)

    def wanted(self) -> Wanted:
        """Days are those of the reader's time zone; of what cannot be read nothing is asked."""
        given = dict(self.cleaned_data)
        since, until = given.pop("since", None), given.pop("until", None)
        return Wanted(
            **given,
            since=beginning_of(since) if since else None,
            until=beginning_of(until + timedelta(days=1)) if until else None,
        )

    def clean_since(self) -> date | None:
        return self._checked("since")

    def clean_until(self) -> date | None:
        return self._checked("until")

    def _checked(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day is not None and not 1970 <= day.year <= 2999:
            raise forms.ValidationError("This is no day on which anything was recorded.")
        return day


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.TypedChoiceField(choices=Role.choices, coerce=int)


class ServiceRoleForm(forms.Form):
    """The role of a service account."""

    role = forms.TypedChoiceField(choices=SERVICE_ROLES, coerce=int)


class ServiceForm(ServiceRoleForm):
    """A new service account."""

    name = forms.CharField(max_length=100, help_text="What it does, e.g. “nightly training”.")
    field_order = ("name", "role")


class TokenForm(forms.ModelForm):
    """A new token of `user`."""

    scopes = forms.MultipleChoiceField(
        choices=[
            (Scope.RUNS_WRITE, "Write runs (trainings need it)"),
            (Scope.READ, "Read projects and runs"),
        ],
        initial=Scope.values,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        label="It may",
    )
    days = forms.IntegerField(
        label="Days until it expires",
        min_value=1,
        max_value=LONGEST_TOKEN_DAYS,
        required=False,
        help_text="Empty: it never expires.",
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scopes", "project"]

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        projects = self.fields["project"]
        projects.queryset = projects.queryset.visible_to(user).select_related("team")  # type: ignore[attr-defined]
        projects.label_from_instance = lambda project: project.path  # type: ignore[attr-defined]
        projects.empty_label = f"every project that {'it sees' if user.is_service else 'I see'}"  # type: ignore[attr-defined]
        projects.help_text = ""
        self.fields["name"].help_text = "Where it is used, e.g. “laptop” or “cluster”."

    def expires_at(self) -> datetime | None:
        """The time after the given days; None for never."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None

    def fields_of_token(self) -> dict[str, Any]:
        """What the token is made with."""
        given = self.cleaned_data
        chosen = {name: given[name] for name in ("name", "scopes", "project")}
        return chosen | {"expires_at": self.expires_at()}


@cache
def zones() -> list[tuple[str, str]]:
    """Every time zone with its label; the system's files are read once."""
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    time_zone = forms.ChoiceField(required=False, label="Time zone")

    class Meta:
        model = User
        fields = ["name", "time_zone"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["time_zone"].choices = [("", "The browser's"), *zones()]  # type: ignore[attr-defined]


class EmailForm(forms.Form):
    """The address of somebody who forgot the password."""

    email = forms.EmailField(label="E-mail", max_length=254)


class JoinForm(SetPasswordForm):
    """Name and password of somebody who accepts an invitation and is new here."""

    name = forms.CharField(max_length=100, required=False, label="Your name")


class ChoosePasswordForm(SetPasswordForm):
    """A password without the old one; what is wrong with it stands at the first field."""

    def clean(self) -> dict[str, object]:
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data
