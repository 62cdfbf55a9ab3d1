"""What people type on the pages of identity."""

from django import forms

from .models import TeamPolicy


class PolicyForm(forms.ModelForm):
    """What a team asks of its members."""

    class Meta:
        model = TeamPolicy
        fields = ["requires_second_factor"]
        labels = {"requires_second_factor": "Members must have a second factor"}
        help_texts = {
            "requires_second_factor": "Who has none is led to set it up, and sees nothing before. "
            "Tokens of trainings go on working."
        }
