"""Markdown that people write, as HTML that can do no harm.

Two walls: the parser knows no HTML and no image (nothing is asked of another host), and what it
makes goes through an allow-list of tags and attributes all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Deeper nesting than this the parser would leave out.
MOST_NESTED = 100
TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "a", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
# `#12`, and `team/project#12` for a run of another project.
MENTION = re.compile(r"(?<![\w/#&-])(?:([a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*))?#(\d{1,9})\b")


def mentioned(texts: Iterable[str]) -> set[int]:
    """The numbers of runs of the same project that texts may mention."""
    found = (match for text in texts for match in MENTION.finditer(text))
    return {int(match[2]) for match in found if not match[1]}


def marked(text: str, project: str = "", known: Collection[int] = ()) -> SafeString:
    """The text as HTML.

    Args:
        project: the address of the project in which `#12` is a run; "" for no links.
        known: the numbers of its runs; another number stays text. What runs another project has
            is not looked at, so that a link to one tells nothing about it.
    """
    tokens = PARSER.parse(text, {"project": project, "known": frozenset(known)})
    if any(token.level >= MOST_NESTED - 1 for token in tokens):
        return SafeString(linebreaks(text, autoescape=True))
    html = PARSER.renderer.render(tokens, PARSER.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - the allow-list has been over it


@lru_cache(maxsize=4096)
def plain(text: str, most: int) -> str:
    """The beginning of the text as one line without its marks, for labels."""
    lines = []
    for token in PARSER.parse(text[: 4 * most]):
        inside = token.children or ([token] if token.type in ("fence", "code_block") else [])
        lines.append("".join(child.content or " " * ("break" in child.type) for child in inside))
    line = " ".join(" ".join(lines).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _plain_headings(state: StateCore) -> None:
    """A note has no place in the outline of the page: its headings are bold lines."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
            bold = Token("strong_open" if token.nesting == 1 else "strong_close", "strong", 0)
            bold.nesting = token.nesting
            _inline_of(state.tokens, token, bold)


def _inline_of(tokens: Sequence[Token], heading: Token, bold: Token) -> None:
    at = next(place for place, token in enumerate(tokens) if token is heading)
    if heading.nesting == 1:
        (tokens[at + 1].children or []).insert(0, bold)
    else:
        (tokens[at - 1].children or []).append(bold)


def _mentions(state: StateCore) -> None:
    """Runs that a text mentions become links, outside code and links."""
    if not state.env.get("project"):
        return
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_linked(token.children, state.env))


def _linked(children: Sequence[Token], env: MutableMapping[str, Any]) -> Iterable[Token]:
    depth = 0
    for child in children:
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and not depth:
            yield from _split(child.content, env["project"], env["known"])
        else:
            yield child


def _split(text: str, project: str, known: Collection[int]) -> Iterable[Token]:
    at = 0
    for match in MENTION.finditer(text):
        path, number = match[1], int(match[2])
        if not path and number not in known:
            continue
        base = f"/projects/{path}/" if path else project
        yield _text(text[at : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": f"{base}runs/{number}/"})
        yield _text(match[0])
        yield Token("link_close", "a", -1)
        at = match.end()
    yield _text(text[at:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"breaks": True, "maxNesting": MOST_NESTED})
    parser.disable("image")
    parser.core.ruler.push("headings", _plain_headings)
    parser.core.ruler.push("mentions", _mentions)
    return parser


PARSER = _parser()
