"""What people write on a run."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LARGEST_STEP = 2**53 - 1


class StepField(forms.CharField):
    """A step as people write it: `1000`, `1000.0` and `1e3` are the same one; None for nothing."""

    widget = forms.NumberInput(attrs={"min": 0, "placeholder": "whole run"})

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError("A step is a whole number, such as 1200.") from error
        # Compared before anything is made of it: 1e999999999 is a number, too.
        if not number.is_finite() or not 0 <= number <= LARGEST_STEP or number != int(number):
            raise ValidationError(f"A step is a whole number from 0 to {LARGEST_STEP:,}.")
        return int(number)


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

    text = forms.CharField(
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Markdown; #12 is a link to that run.",
    )
    step = StepField(max_length=40, required=False, label="At step")
