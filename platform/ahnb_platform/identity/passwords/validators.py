"""The validators of new passwords, as Django calls them."""

import logging
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from . import weak
from .breached import is_breached

logger = logging.getLogger(__name__)
SHORTEST_NAME = 3


class GuessableValidator(CommonPasswordValidator):
    """Refuses what is long but guessed early: see `weak`."""

    def validate(self, password: str, user: Any = None) -> None:
        if weak.is_mangled(password, self.passwords):
            raise ValidationError("This is a common password with additions.", code="mangled")
        if weak.has_few_signs(password) or weak.is_walk(password):
            raise ValidationError("This password repeats itself or follows the keys.", code="walk")
        if weak.is_mostly_names(password, _names_of(user)):
            raise ValidationError("This password is made of names.", code="names")

    def get_help_text(self) -> str:
        return "Not a common password with additions, a walk over the keys, or a name."


class BreachedValidator:
    """Refuses what stands in the operator's file of breached passwords; none: all pass."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError, also when the file cannot be read: then nothing is let pass."""
        if not self.path:
            return
        try:
            breached = is_breached(password, Path(self.path))
        except OSError as error:
            logger.exception("AHNB_BREACHED_PASSWORDS cannot be read")
            raise ValidationError(
                "The list of breached passwords cannot be read now: tell an administrator.",
                code="unreadable",
            ) from error
        if breached:
            raise ValidationError("This password is known from a breach elsewhere.", "breached")

    def get_help_text(self) -> str:
        return "Not one that is known from a breach."


def _names_of(user: Any) -> list[str]:
    """The words that stand for the person: of the address and the name."""
    if user is None:
        return []
    words = f"{user.email} {user.name}".replace("@", " ").replace(".", " ").split()
    return [word for word in words if len(word) >= SHORTEST_NAME]
