"""Slugs of teams and projects: what stands in a URL."""

import re

from django.core.exceptions import ValidationError

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Words that are, or may become, a path of the server itself.
RESERVED_WORDS = """
    account accounts admin api archive audit compare delete edit export favicon.ico findings
    healthz help home import ingest invite login logout me media members metrics new notes
    password projects readyz robots.txt runs schema search settings share sharing static
    team teams token tokens trash user users well-known
"""
RESERVED = frozenset(RESERVED_WORDS.split())


def is_slug(text: str) -> bool:
    """1 to 63 lower-case ASCII letters, digits and hyphens, no hyphen first, not reserved."""
    return SLUG.fullmatch(text) is not None and text not in RESERVED


def validate_slug(text: str) -> None:
    """Raises ValidationError with words that say what to change."""
    if text in RESERVED:
        raise ValidationError(f"“{text}” is a word that the server itself uses.", code="reserved")
    if SLUG.fullmatch(text) is None:
        raise ValidationError(
            "Use 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit.",
            code="slug",
        )
