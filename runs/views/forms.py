"""What people write on a run."""

from __future__ import annotations

from django import forms


class RunForm(forms.Form):
    """What people write on a run."""

    name = forms.CharField(max_length=255)
    group = forms.CharField(max_length=255, required=False)
    tags = forms.CharField(required=False, help_text="Separated by commas.")
    notes = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )


class NoteForm(forms.Form):
    """A remark on the run, or on one of its steps."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}))
    step = forms.IntegerField(min_value=0, max_value=2**53 - 1, required=False)
