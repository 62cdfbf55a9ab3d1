"""Rules that a person does not want to hear of, by their ids."""

from difflib import get_close_matches

from ahnb_client.errors import ConfigurationError
from ahnb_client.linting.rule import RULES
from ahnb_client.linting.rules import load

_NEAR = 3


def rule_id(given: str) -> str:
    """Return the id as the rule has it; small letters are taken for large ones.

    Raises:
        ConfigurationError: there is no such rule; the message names those near it.
    """
    load()
    wanted = given.strip().upper()
    if wanted in RULES:
        return wanted
    near = get_close_matches(wanted, RULES, _NEAR) or _kin(wanted)
    meant = f"near it: {', '.join(near)}" if near else "docs/lint/README.md has all"
    raise ConfigurationError(f"there is no rule {given!r}; {meant}")


def _kin(wanted: str) -> list[str]:
    """Rules about the same: their ids begin with the same letters."""
    letters = wanted.rstrip("0123456789")
    return [one for one in RULES if letters and one.rstrip("0123456789") == letters][:_NEAR]
