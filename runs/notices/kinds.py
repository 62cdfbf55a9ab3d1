"""What can be told of."""

from django.db import models


class Kind(models.TextChoices):
    """A kind of event."""

    FINISHED = "run.finished", "a run finished"
    FAILED = "run.failed", "a run failed"
    LOST = "run.lost", "a run gives no sign of life"
    FINDING = "run.finding", "a rule found a warning or an error"
    QUOTA = "project.quota", "the project's quota is nearly used up, or is"


# Sent by a person to see whether it arrives; nobody chooses it.
TEST = "test"
