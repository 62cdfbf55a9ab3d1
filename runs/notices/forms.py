"""What people type on the pages of notices."""

from django import forms

from .kinds import Kind
from .models import LONGEST_URL


class KindsForm(forms.Form):
    """Of what to be told; nothing is a choice, too."""

    kinds = forms.MultipleChoiceField(
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        label="Write to me when",
    )


class WebhookForm(forms.Form):
    """A webhook's address and what it is told of."""

    url = forms.CharField(
        max_length=LONGEST_URL,
        label="Address",
        help_text="https, on port 443 or 8443, reachable from the public internet.",
    )
    kinds = forms.MultipleChoiceField(
        choices=Kind.choices,
        initial=Kind.values,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        label="Tell it when",
    )
