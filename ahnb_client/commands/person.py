"""What the server says of the owner of a key."""

from collections.abc import Mapping
from typing import Any


def email_of(me: Mapping[str, Any]) -> str:
    """The person's address, of the answer to `GET /me/`."""
    person = me["user"]
    return str(person.get("email", "")) if isinstance(person, dict) else str(person)


def may_record(me: Mapping[str, Any]) -> bool:
    """Whether the key has the scope that trainings need; an answer without scopes forbids none."""
    token = me.get("token")
    scopes = token.get("scopes") if isinstance(token, dict) else None
    return scopes is None or "runs:write" in scopes
