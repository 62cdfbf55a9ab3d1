"""Sentences as lists of parts, so that the same words make HTML, and plain text for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from ahnb_platform.web import formats

LONGEST_NAME = 80
LONGEST_VALUE = 60
LONGEST_REASON = 300
MOST_DIGITS = 17
TAGS = {"name": "code", "strong": "strong", "old": "s", "reason": "q"}


@dataclass(frozen=True)
class Part:
    """A piece of a sentence that is more than plain words.

    Attributes:
        kind: "name" of a metric or parameter, "strong", "old" (a value that was replaced),
            "reason" (somebody's own words), "link", "number" or "time".
        exact: of a number the value, of a link the address, of a time the moment.
    """

    kind: str
    text: str
    exact: str | float | datetime = ""


Sentence = Sequence[Part | str]


def name(text: str) -> Part:
    return Part("name", short(text, LONGEST_NAME))


def strong(text: str) -> Part:
    return Part("strong", short(text, LONGEST_VALUE) or "“”")


def old(text: str) -> Part:
    return Part("old", short(text, LONGEST_VALUE) or "“”")


def reason(text: str) -> Part:
    return Part("reason", short(text, LONGEST_REASON))


def link(text: str, address: str) -> Part:
    return Part("link", short(text, LONGEST_NAME), address)


def moment(at: datetime) -> Part:
    return Part("time", formats.utc(at), at)


def numbers(*values: float) -> list[Part]:
    """Measured values, rounded alike and no further than to where different ones stay different."""
    different = len(set(values))
    for digits in range(4, MOST_DIGITS + 1):
        texts = [formats.number(value, digits) for value in values]
        if len(set(texts)) == different:
            break
    return [Part("number", text, value) for text, value in zip(texts, values, strict=True)]


def listed(items: Iterable[Sentence], last: str = " and ") -> Sentence:
    """The items after each other: a, b and c."""
    parts: list[Part | str] = []
    known = list(items)
    for place, item in enumerate(known):
        if place:
            parts.append(last if place == len(known) - 1 else ", ")
        parts += item
    return parts


def short(text: str, most: int) -> str:
    """On one line, with an ellipsis where it is longer than `most` characters."""
    line = " ".join(text[: 2 * most].split())
    is_cut = len(line) > most or len(text) > 2 * most
    return f"{line[: most - 1]}…" if is_cut else line


def text_of(sentence: Sentence) -> str:
    """The sentence for programs: times in UTC, links and marks left out."""
    return "".join(part if isinstance(part, str) else _plain(part) for part in sentence)


def html_of(sentence: Sentence) -> SafeString:
    """The sentence for a page: times in the reader's zone, numbers with all digits on hover."""
    # Every piece is escaped by Django, whoever wrote it.
    return mark_safe("".join(map(_html, sentence)))  # noqa: S308


def _plain(part: Part) -> str:
    return f"“{part.text}”" if part.kind == "reason" else part.text


def _html(part: Part | str) -> str:
    if isinstance(part, str):
        return escape(part)
    if part.kind == "link":
        return format_html('<a href="{}">{}</a>', part.exact, part.text)
    if part.kind == "number":
        exact = repr(part.exact)
        return format_html('<data value="{0}" title="{0}">{1}</data>', exact, part.text)
    if isinstance(part.exact, datetime):
        shown = formats.local(part.exact)
        time = '<time datetime="{}" title="{}">{}</time>'
        return format_html(time, part.exact.isoformat(), part.text, shown)
    return format_html(f"<{TAGS[part.kind]}>{{}}</{TAGS[part.kind]}>", part.text)
