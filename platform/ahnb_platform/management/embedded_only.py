"""What the commands share that work on the embedded PostgreSQL alone."""

from django.conf import settings
from django.core.management.base import CommandError

from ..database.config import EMBEDDED_ENGINE


def is_embedded() -> bool:
    """Whether the database is our own, and not one that `DATABASE_URL` names."""
    return bool(settings.DATABASES["default"]["ENGINE"] == EMBEDDED_ENGINE)


def refuse_external() -> None:
    """Raises CommandError where `DATABASE_URL` names a server that somebody else runs."""
    if not is_embedded():
        raise CommandError(
            "This is for the embedded PostgreSQL; for the one of DATABASE_URL use the tools of "
            "those who run it (docs/deploy.md)"
        )
