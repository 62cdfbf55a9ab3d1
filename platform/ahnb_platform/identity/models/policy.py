"""What a team asks of its members when they log in."""

from django.db import models


class TeamPolicy(models.Model):
    """One row for a team that asks for something."""

    team = models.OneToOneField(
        "accounts.Team", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    requires_second_factor = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "team policies"

    def __str__(self) -> str:
        return f"policy of {self.team}"
