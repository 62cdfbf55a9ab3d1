"""Masks what looks like a secret, before anything is written: in texts, commands, settings, code.

What a person says in a note, a name or a tag is left as it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ahnb_client.capture.secret_forms import (
    KEY_TEXT,
    PRIVATE_KEY,
    WELL_KNOWN,
    looks_random,
    looks_secret,
)
from ahnb_client.capture.secret_names import TELLING, Standing, is_secret, standing

MASK = "***"

_NAME = rf"(?<![\w.-])(?P<name>[\w.-]{{0,80}}?(?:{TELLING})[\w.-]*)"
_QUOTED = r"(?P<quote>\\?(?:\"\"\"|'''|[\"']))(?P<quoted>[^\n]*?)(?:(?P=quote)|$)"
_ASSIGNED = re.compile(
    _NAME
    + r"(?:\\?[\"']?\s*\]?\s*(?::\s*[\w.\[\] |]+?(?=\s*=[^=]))?\s*(?:=>|:=|=(?!=)|:(?![:/]))"
    # setdefault("API_KEY", "…")
    + r"|(?P<comma>\\?[\"']\s*,)(?=\s*[rbf]?[\"']))\s*"
    + rf"(?:[rbfuRBFU]{{0,2}}{_QUOTED}|(?P<bare>[^\s,;&\"'`)}}\]]+))",
    re.IGNORECASE | re.MULTILINE,
)
_OPTION = re.compile(
    rf"(?<![\w-])--?(?P<name>[\w-]{{0,80}}?(?:{TELLING})[\w-]*)\s+(?!-)"
    r"[\"']?(?P<bare>[^\s\"'`,)\]]+)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?P<bare>[^\s/\"'@]*(?:@[^\s/\"'@]+)*)@", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"(?:\bbearer|\bauthorization\\?[\"']?\s*[:=,]\s*[rbf]?\\?[\"']?\w+)\s+"
    r"(?P<bare>[A-Za-z0-9._~+/=-]{8,})",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\s-u\s+[\"']?[^\s:\"']+:(?P<bare>[^\s\"']+)"  # curl
    r"|\bauth\s*=\s*\(\s*[\"'][^\"']*[\"']\s*,\s*[\"'](?P<pair>[^\"']+)"  # requests
    r"|\bpassword\s+(?P<word>[^\s=:,;.\"']+)",  # .netrc
    re.IGNORECASE,
)
_RANDOM = re.compile(
    r"(?:(?P<name>[\w.-]+)\\?[\"']?\s*\]?\s*[=:(,]\s*)?[rbf]?\\?"
    r"(?:[\"'`](?P<quoted>[\w+/=.:-]{24,256})\\?[\"'`]|(?<=[=\s])(?P<bare>[\w+/=-]{24,256})(?=[\s,;&.)]|$))"
)
_TRIGGER = re.compile(
    rf"(?:{TELLING})(?:[\w.-]*\\?[\"']?\s*\]?\s*[=:,]|[\w-]*\s+\w)|://|\s-u\s|[\w+/-]{{20}}",
    re.IGNORECASE,
)
Decision = Callable[[re.Match[str], str], bool]
_LONGEST_LINE = 20_000


def is_secret_name(name: str) -> bool:
    """Tell whether something called `name` is probably a secret."""
    return standing(name) is Standing.SURE or standing(name) is Standing.PERHAPS


def masked_text(text: str, *, at_door: bool = False) -> str:
    """Return `text` with keys, tokens and passwords replaced by ``***``.

    `at_door`: it is a command or a variable, where a token is surely none of a language model.
    """
    return masked_lines(text, literals_only=False, at_door=at_door)


def masked_lines(text: str, *, literals_only: bool, at_door: bool = False) -> str:
    """Return `text` masked line by line, so that no step of it takes long.

    `literals_only`: in program code a secret stands in quotes; other values are expressions.
    """
    if "PRIVATE KEY" in text:
        text = PRIVATE_KEY.sub(_without_body, text)
    lines = text.split("\n")
    return "\n".join(
        _masked_line(line, literals_only, at_door) if _TRIGGER.search(line) else line
        for line in lines
    )


def masked_command(arguments: Sequence[str]) -> list[str]:
    """Return a command line with the values of secret options masked.

    Both ``--token=value`` and ``--token value`` are recognised.
    """
    masked: list[str] = []
    option = ""
    for argument in arguments:
        starts = argument.startswith("-")
        masked.append(argument if starts and len(argument) < 3 else _argument(option, argument))
        option = argument if starts and "=" not in argument else ""
    return masked


def masked_variable(name: str, value: str) -> str:
    """Return the value of an environment variable, masked if it is a secret."""
    if is_secret(name, value, at_door=True):
        return MASK
    return masked_text(value, at_door=True)


def masked_tree(value: Any, name: str = "") -> Any:
    """Return plain JSON data, called `name`, with what looks like a secret masked."""
    if isinstance(value, str):
        return MASK if is_secret(name, value) else masked_text(value)
    is_sure = standing(name) is Standing.SURE
    if isinstance(value, Mapping):
        return {
            masked_text(key): masked_tree(item, name if is_sure else key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        if any(isinstance(item, str) and item.startswith("--") for item in value):
            return masked_command([str(item) for item in value])
        return [masked_tree(item, name) for item in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return MASK if is_sure and is_number else value


def _argument(option: str, argument: str) -> str:
    if option and not argument.startswith("-"):
        return masked_variable(option.lstrip("-"), argument)
    if looks_random(argument):
        return MASK
    return masked_text(argument, at_door=True)


def _masked_line(line: str, literals_only: bool, at_door: bool) -> str:
    if len(line) > _LONGEST_LINE:
        return f"{MASK} (a line of {len(line)} characters)"
    line = WELL_KNOWN.sub(MASK, line)
    line = _each(_ADDRESS, line, lambda _, value: _is_login(value))
    line = _each(_CREDENTIALS, line, lambda _, value: not value.isalpha())
    line = _each(_LOGIN, line, lambda match, value: not match["word"] or looks_secret(value))

    def assigned(match: re.Match[str], value: str) -> bool:
        before = line[max(match.start() - 2, 0) : match.start()]
        in_query = before[-1:] in {"?", "&"}
        if in_query if match["quote"] else literals_only and not in_query:
            return False
        if match["comma"] and before[:1] != "(":
            return False
        return is_secret(match["name"], value, at_door=at_door or match["name"].isupper())

    line = _each(_ASSIGNED, line, assigned)
    line = _each(_OPTION, line, lambda match, value: is_secret(match["name"], value, at_door=True))
    return _RANDOM.sub(_without_random, line)


def _without_random(match: re.Match[str]) -> str:
    group = "quoted" if match["quoted"] else "bare"
    if MASK in match[group] or not is_secret(match["name"] or "", match[group]):
        return match[0]
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return match[0][:start] + MASK + match[0][end:]


def _each(pattern: re.Pattern[str], line: str, is_hidden: Decision) -> str:
    """Mask the value of each match that `is_hidden`; look again inside of what is not."""
    pieces, done, at = [], 0, 0
    while match := pattern.search(line, at):
        groups = match.groupdict()
        group = next((name for name in _GROUPS if groups.get(name)), None)
        at = match.end("name") if groups.get("name") else match.start() + 1
        if group is None or MASK in match[group] or not is_hidden(match, match[group]):
            continue
        pieces += [line[done : match.start(group)], MASK]
        done = at = match.end(group)
    return "".join([*pieces, line[done:]])


_GROUPS = ("quoted", "bare", "pair", "word")


def _is_login(value: str) -> bool:
    """Whether what stands before the @ of an address is more than a user's name."""
    user, colon, password = value.partition(":")
    if not colon:
        return looks_secret(user)
    return not re.fullmatch(r"|\{.*\}|\$\{?\w+\}?|%s|<.*>", password)


def _without_body(match: re.Match[str]) -> str:
    start, end = match.span("body")
    whole, offset = match[0], match.start()
    body = KEY_TEXT.sub(MASK, whole[start - offset : end - offset])
    return whole[: start - offset] + body + whole[end - offset :]
