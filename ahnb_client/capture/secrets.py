"""Masks what looks like a secret in command lines, addresses and error texts."""

import re
from collections.abc import Sequence

MASK = "***"

# "tokens" and "tokenizer" are everyday words of language models, not secrets.
_SUSPECT = (
    r"[\w.-]*(?:api[-_]?key|access[-_]?key|private[-_]?key|secret|token(?!s|i)|passw(?:or)?d|pwd"
    r"|credential)[\w.-]*"
)
_NAME = re.compile(_SUSPECT, re.IGNORECASE)
_ASSIGNMENT = re.compile(
    rf"(?P<name>\b{_SUSPECT}[\"']?\s*[=:]\s*)(?P<value>[\"'][^\"']*[\"']|[^\s,;&\"')}}\]]+)",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@]+@", re.IGNORECASE)
_BEARER = re.compile(
    r"(?P<scheme>\bbearer|\bauthorization[\"']?\s*:\s*[\"']?\w+)\s+[A-Za-z0-9._~+/=-]{8,}",
    re.IGNORECASE,
)
_WELL_KNOWN = re.compile(
    r"\b(?:ahnb_[A-Za-z0-9]+_[A-Za-z0-9_-]{8,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}"
    r"|hf_[A-Za-z0-9]{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|A[KS]IA[A-Z0-9]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
)


def is_secret_name(name: str) -> bool:
    """Tell whether something called `name` is probably a secret."""
    return _NAME.search(name) is not None


def masked_text(text: str) -> str:
    """Return `text` with keys, tokens and passwords replaced by ``***``."""
    text = _WELL_KNOWN.sub(MASK, text)
    text = _IN_ADDRESS.sub(rf"\g<scheme>{MASK}@", text)
    text = _BEARER.sub(rf"\g<scheme> {MASK}", text)
    return _ASSIGNMENT.sub(rf"\g<name>{MASK}", text)


def masked_command(arguments: Sequence[str]) -> list[str]:
    """Return a command line with the values of secret options masked.

    Both ``--token=value`` and ``--token value`` are recognised.
    """
    masked: list[str] = []
    value_is_secret = False
    for argument in arguments:
        option = argument.startswith("-")
        masked.append(MASK if value_is_secret and not option else masked_text(argument))
        value_is_secret = option and "=" not in argument and is_secret_name(argument)
    return masked
