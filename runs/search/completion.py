"""What may be typed next in a query: the grammar says which kind, the project which words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lark import Token

from . import known
from .errors import QueryError
from .fields import NUMBERS, PARTS, PLAIN, TIMES, Field
from .grammar import LONGEST_QUERY, accepted_after, field_of_tokens, tokens_of
from .plain import STATUSES, TEXT_COLUMNS
from .printing import printed_field, quoted

MOST = 20
_TAIL = re.compile(r"[\w./-]*")
_WORDS = {
    "_AND": "and",
    "_OR": "or",
    "_NOT": "not",
    "_IN": "in",
    "_LIKE": "like",
    "_IS": "is",
    "_MISSING": "missing",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
}
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
_MOMENTS = ('"1 hour ago"', "today", "yesterday", '"7 days ago"', '"30 days ago"')
_WORD_TOKENS = {"NAME", "SEGMENT", "STRING", "DOT", "NUMBER", *_WORDS} - {"LPAR", "RPAR", "COMMA"}


@dataclass(frozen=True)
class Suggestion:
    """`kind` is field, param, metric, operator, keyword or value; `detail` says more of it."""

    text: str
    label: str
    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Completion:
    """The stretch of the text that a suggestion takes the place of, and the suggestions."""

    start: int
    end: int
    suggestions: list[Suggestion]


def completion(project_id: int, text: str, at: int) -> Completion:
    """What may stand where the cursor is, at most `MOST` suggestions."""
    text = text[:LONGEST_QUERY]
    at = max(0, min(at, len(text)))
    tokens, start = _cut(text[:at])
    typed = text[start:at]
    end = at if typed[:1] in ("'", '"') else _tail_end(text, at)
    accepted = accepted_after(text[:start])
    if typed[:1] in ("'", '"') and typed and "STRING" not in accepted:
        accepted = set()
    found = _suggestions(project_id, accepted, tokens)
    return Completion(start, end, list(islice(_fitting(found, typed), MOST)))


def _tail_end(text: str, at: int) -> int:
    found = _TAIL.match(text, at)
    return found.end() if found else at


def _cut(before: str) -> tuple[list[Token], int]:
    """The tokens before the word that is being typed, and where that begins."""
    tokens, stop = tokens_of(before)
    if stop < len(before):
        is_name = tokens and tokens[-1].type == "DOT"
        return tokens, _start_of_field(tokens, stop) if is_name else stop
    if not tokens or tokens[-1].end_pos != len(before) or tokens[-1].type not in _WORD_TOKENS:
        return tokens, len(before)
    last = tokens.pop()
    return tokens, _start_of_field([*tokens, last], last.start_pos or 0, tokens)


def _start_of_field(tokens: list[Token], start: int, kept: list[Token] | None = None) -> int:
    """Where the dotted name begins whose last part stands at the end of `tokens`."""
    kept = tokens if kept is None else kept
    if not tokens or tokens[-1].type not in ("DOT", "SEGMENT", "STRING"):
        return start
    while kept and kept[-1].type in ("DOT", "SEGMENT", "STRING", "NAME"):
        if kept[-1].type == "NAME":
            return kept.pop().start_pos or 0
        if kept[-1].type != "DOT" and not (len(kept) > 1 and kept[-2].type == "DOT"):
            return start
        kept.pop()
    return start


def _suggestions(project_id: int, accepted: set[str], tokens: list[Token]) -> Iterator[Suggestion]:
    if "NUMBER" in accepted or accepted == {"STRING"}:
        yield from _values(project_id, tokens, only_texts="NUMBER" not in accepted)
        return
    if "NAME" in accepted:
        yield from _fields(project_id)
    if "OPERATOR" in accepted:
        yield from (Suggestion(one, one, "operator") for one in _OPERATORS)
    for token, word in _WORDS.items():
        if token in accepted:
            yield Suggestion(word, word, "keyword")


def _fields(project_id: int) -> Iterator[Suggestion]:
    for name in PLAIN:
        yield Suggestion(name, name, "field", _kind_of(name))
    for kind, names in (
        ("metric", known.metric_names(project_id)),
        ("param", known.param_names(project_id)),
    ):
        for name in names:
            text = printed_field(Field(kind, name, 0))  # type: ignore[arg-type]
            yield Suggestion(text, text, kind)
            if kind == "metric":
                yield from (
                    Suggestion(f"{text}.{part}", f"{text}.{part}", "part") for part in PARTS[1:]
                )


def _kind_of(name: str) -> str:
    return "time" if name in TIMES else "number" if name in NUMBERS else "text"


def _values(project_id: int, tokens: list[Token], *, only_texts: bool) -> Iterator[Suggestion]:
    try:
        field = field_of_tokens(tokens)
    except QueryError:
        return
    for text in _texts(project_id, field) if field else ():
        if text[:1] == '"' or not only_texts:
            yield Suggestion(text, text, "value", str(field))


def _texts(project_id: int, field: Field) -> Iterable[str]:
    """Values as they are written in a query."""
    if field.kind == "metric":
        return ()
    if field.kind == "param":
        found = known.param_values(project_id, field.name)
        return [text if is_number else quoted(text) for text, is_number in found]
    if field.name in TIMES:
        return _MOMENTS
    if field.name in NUMBERS:
        return ()
    return [quoted(text) for text in _plain_texts(project_id, field.name)]


def _plain_texts(project_id: int, name: str) -> Iterable[str]:
    if name == "status":
        return STATUSES
    if name == "tag":
        return known.tags(project_id)
    if name == "finding":
        return known.rules(project_id)
    if name == "user":
        return known.people(project_id)
    return known.plain_values(project_id, TEXT_COLUMNS.get(name, name))


def _fitting(found: Iterator[Suggestion], typed: str) -> list[Suggestion]:
    """Those that hold what was typed: first those that begin with it, whole or after a dot."""
    wanted = _bare(typed)
    depth = wanted.count(".")
    fitting = [
        one for one in found if wanted in _bare(one.text) and (one.kind != "part" or depth > 1)
    ]
    return sorted(fitting, key=lambda one: _rank(_bare(one.text), wanted))


def _bare(text: str) -> str:
    return text.lower().replace('"', "").replace("'", "")


def _rank(text: str, wanted: str) -> int:
    if text.startswith(wanted):
        return 0
    return 1 if f".{wanted}" in text else 2
