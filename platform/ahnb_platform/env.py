"""Typed readers of the environment; a wrong value stops the start and names its variable.

Every reader also accepts `NAME_FILE`, the path of a file that holds the value, as containers
hand over secrets.
"""

import json
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable's text, without surrounding white space; `default` when it is not set."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {error}") from error
    return os.environ.get(name, default).strip()


def readable_file(name: str) -> str:
    """The path of a file that can be read; empty when it is not set."""
    path = text(name)
    if path and not os.access(path, os.R_OK):
        raise ImproperlyConfigured(f"{name}: {path} cannot be read")
    return path


def integer(name: str, default: int, minimum: int = 0) -> int:
    """A whole number of at least `minimum`."""
    given = text(name)
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or int(given) < minimum:
        raise ImproperlyConfigured(f"{name}: a whole number from {minimum} is needed")
    return int(given)


def flag(name: str, default: bool = False) -> bool:
    """One of 1/0, true/false, yes/no, on/off."""
    given = text(name).lower()
    if not given:
        return default
    if given not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}: one of 1, 0, true, false, yes, no is needed")
    return given in TRUE


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list, separated by commas."""
    given = [word.strip() for word in text(name).split(",")]
    return [word for word in given if word] or list(default)


def choice(name: str, known: tuple[str, ...], default: str) -> str:
    """One of a few words."""
    given = text(name).lower() or default
    if given not in known:
        raise ImproperlyConfigured(f"{name}: one of {', '.join(known)} is needed")
    return given


def document(name: str) -> dict[str, Any]:
    """A JSON object; an empty one when it is not set."""
    try:
        found = json.loads(text(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name}: a JSON object is needed")
    return found
