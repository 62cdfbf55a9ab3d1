"""What an editor says of a new public link."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import QueryDict

from projects.models import Project, SavedView
from projects.views.compare import MOST_COMPARED, numbers_in, words_in
from runs.pages.compare.reading import runs_of

from .models import Kind
from .services import LONGEST_DAYS, LONGEST_TITLE, Shown

WHICH = "Choose a view, or name one run by number, or several to compare."


class LinkForm(forms.Form):
    """A run, several runs to compare, or a view; how long; and whether people are named."""

    runs = forms.CharField(
        max_length=400,
        required=False,
        label="Runs by number",
        help_text=f"One run, as 7, or 2 to {MOST_COMPARED} to compare, as 3,7,9.",
    )
    view = forms.ModelChoiceField(
        queryset=SavedView.objects.none(), required=False, empty_label="none", label="or a view"
    )
    title = forms.CharField(
        max_length=LONGEST_TITLE,
        required=False,
        help_text="What stands above the page; empty: the name of the run or view.",
    )
    days = forms.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, initial=30, label="Days until it expires"
    )
    shows_people = forms.BooleanField(required=False, label="Show the names of people")

    def __init__(
        self, *args: object, project: Project, views: list[SavedView], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.project = project
        seen = SavedView.objects.filter(pk__in=[view.pk for view in views])
        self.fields["view"].queryset = seen  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """Find what is to be shown, as `cleaned_data["shown"]`."""
        given = self.cleaned_data
        runs, view = given.get("runs", "").strip(), given.get("view")
        if bool(runs) == bool(view):
            raise forms.ValidationError(WHICH)
        title = given.get("title", "")
        if view is not None:
            given["shown"] = Shown(Kind.VIEW, title or view.name, address=view.address)
        else:
            given["shown"] = self._runs(runs, title)
        return given

    def _runs(self, text: str, title: str) -> Shown:
        """Raises ValidationError or Invalid where they are not the project's."""
        if text.isascii() and text.isdigit() and len(text) < 10:
            return Shown(Kind.RUN, title, run_id=self._found([int(text)])[0])
        # The whole address of a comparison names its base and metric, too.
        address = QueryDict(text if "=" in text else "", mutable=True)
        if "runs" not in address:
            address["runs"] = text
        self._found(numbers_in(words_in(address)))
        return Shown(Kind.COMPARISON, title, address=address.urlencode(safe=","))

    def _found(self, numbers: list[int]) -> list[UUID]:
        runs = [run for run in runs_of(self.project, numbers) if run.trashed_at is None]
        if len(runs) < len(numbers):
            raise forms.ValidationError("The project has not all of these runs.")
        return [run.id for run in runs]
