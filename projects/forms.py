"""What people type on the pages of projects."""

from django import forms
from django.core.exceptions import ValidationError

from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.accounts.people import person_with_email
from ahnb_platform.accounts.slugs import validate_slug

from .models import Mode, Project

GIGABYTE = 1_000_000_000
SHARED_ROLES = [(Role.READER.value, "reader"), (Role.EDITOR.value, "editor")]
SLUG_HELP = "Lower-case letters, digits and hyphens, as it stands in links and in trainings."


class NewProjectForm(forms.Form):
    """A new project in one of the teams in which the person edits."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), empty_label=None, to_field_name="slug"
    )
    name = forms.CharField(max_length=100)
    slug = forms.CharField(
        label="Address", max_length=63, validators=[validate_slug], help_text=SLUG_HELP
    )
    description = forms.CharField(
        max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["team"].queryset = Team.objects.editable_by(user)  # type: ignore[attr-defined]


class DetailsForm(forms.Form):
    """What a project says of itself."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(
        max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    objective_metric = forms.CharField(
        label="Objective",
        max_length=255,
        required=False,
        help_text="The metric that decides which run is best, e.g. val_accuracy.",
    )
    objective_mode = forms.ChoiceField(
        label="Better is", choices=[("", "–"), *Mode.choices], required=False
    )


class AddressForm(forms.Form):
    """A project's slug."""

    slug = forms.CharField(
        label="Address", max_length=63, validators=[validate_slug], help_text=SLUG_HELP
    )


class TransferForm(forms.Form):
    """The team that a project is given to."""

    team = forms.CharField(
        label="Give it to another team",
        max_length=63,
        validators=[validate_slug],
        help_text="The address of the team, as it stands in its link.",
    )


class NameForm(forms.Form):
    """The name of a project, typed by who means to do what cannot be done by mistake."""

    name = forms.CharField(max_length=100)

    def __init__(self, *args: object, project: Project, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.project, self.auto_id = project, f"id_%s_{project.pk}"
        self.fields["name"].label = f"Type “{project.name}”"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.project.name.strip():
            raise ValidationError(f"This is not the name: “{self.project.name}”.")
        return name


class ShareForm(forms.Form):
    """With whom to share: a team's address, or a person's e-mail address."""

    shared_with = forms.CharField(
        label="Team or person",
        max_length=254,
        help_text="The address of a team, as in its link, or the e-mail address of a person.",
    )
    role = forms.TypedChoiceField(choices=SHARED_ROLES, coerce=int)

    def clean(self) -> None:
        """Find the team or person, as `cleaned_data["team"]` or `["user"]`."""
        given = self.cleaned_data.get("shared_with", "").strip().lower()
        if not given:
            return
        found: dict[str, Team | User | None] = {"team": None, "user": None}
        if "@" in given:
            found["user"] = person_with_email(given)
        else:
            found["team"] = Team.objects.filter(slug=given).first()
        if not any(found.values()):
            raise ValidationError("This server knows no team or person of that address.")
        self.cleaned_data.update(found)


class QuotaForm(forms.Form):
    """What a project, or a team, may have; what is left empty has no limit."""

    runs = forms.IntegerField(min_value=0, required=False)
    points = forms.IntegerField(min_value=0, required=False)
    gigabytes = forms.DecimalField(
        label="Gigabytes of files", min_value=0, max_digits=12, decimal_places=3, required=False
    )

    @property
    def limits(self) -> dict[str, int | None]:
        """As services take them, bytes in place of gigabytes."""
        given = self.cleaned_data
        size = given["gigabytes"]
        in_bytes = None if size is None else int(size * GIGABYTE)
        return {"runs": given["runs"], "points": given["points"], "bytes": in_bytes}


class RuleForm(forms.Form):
    """By which runs of a project go into the trash."""

    older_days = forms.IntegerField(
        label="Days since they ended", min_value=1, help_text="Of lost runs: since the last sign."
    )
    only_tag = forms.CharField(label="Only with the tag", max_length=255, required=False)
    not_tag = forms.CharField(label="Not with the tag", max_length=255, required=False)
    keep_best = forms.IntegerField(
        label="Keep the best",
        min_value=0,
        required=False,
        help_text="So many of the project stay, by its objective.",
    )

    def clean_keep_best(self) -> int:
        return self.cleaned_data["keep_best"] or 0


class ViewForm(forms.Form):
    """A view of the summary that somebody wants to keep."""

    name = forms.CharField(max_length=100)
    address = forms.CharField(required=False)
    is_shared = forms.BooleanField(required=False)
