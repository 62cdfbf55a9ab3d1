"""The query language: text to a tree of conditions."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from ahnb_platform.api.strictjson import text_fault

from .errors import QueryError
from .fields import Field, field_of

LONGEST_QUERY = 16_000
# Each bracket and each `not` is one level of the tree.
DEEPEST = 50
EXPECTED = "The query cannot be read here; write for example: metrics.val_loss < 0.3"

GRAMMAR = r"""
    ?condition: conjunction (_OR conjunction)*        -> any_of
    ?conjunction: negation (_AND negation)*           -> all_of
    ?negation: _NOT negation                          -> not_
             | "(" condition ")"
             | field OPERATOR value                   -> comparison
             | field _IN "(" value ("," value)* ")"   -> membership
             | field _LIKE STRING                     -> likeness
    field: NAME ("." (SEGMENT | STRING))*
    value: NUMBER | STRING | NAME

    _OR.2: /or\b/i
    _AND.2: /and\b/i
    _NOT.2: /not\b/i
    _IN.2: /in\b/i
    _LIKE.2: /like\b/i
    OPERATOR: "=" | "!=" | "<=" | ">=" | "<" | ">"
    NUMBER.2: /[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
    STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
    NAME: /[^\W\d]\w*/
    SEGMENT: /[\w\/-]+/
    %ignore /\s+/
"""


@dataclass(frozen=True)
class Comparison:
    """One field beside one value (for `in`: several)."""

    field: Field
    operator: str
    values: tuple[float | str, ...]


@dataclass(frozen=True)
class Not:
    """What its part does not match."""

    part: Any


@dataclass(frozen=True)
class Every:
    """What all parts match."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Some:
    """What at least one part matches."""

    parts: tuple[Any, ...]


Condition = Comparison | Not | Every | Some


def parse_query(text: str) -> Condition | None:
    """The conditions of a query; None for an empty one.

    Raises:
        QueryError: at the first character that does not fit.
    """
    _check_text(text, "q")
    return _parsed(text, "condition") if text.strip() else None


def parse_order(text: str) -> tuple[Field, bool]:
    """The field of an order, and whether it is from large to small (`-` before it).

    Raises:
        QueryError: code `unknown-sort`.
    """
    _check_text(text, "order")
    descending = text.startswith("-")
    try:
        return _parsed(text.removeprefix("-"), "field"), descending
    except QueryError as error:
        raise QueryError(
            error.detail,
            position=error.position + descending,
            parameter="order",
            code="unknown-sort",
        ) from error


@lru_cache(maxsize=512)
def _parsed(text: str, start: str) -> Any:
    try:
        return _TREE.transform(_PARSER.parse(text, start=start))
    except UnexpectedInput as error:
        if getattr(getattr(error, "token", None), "type", "") == "$END":
            raise QueryError("The query ends too early.", position=len(text)) from error
        raise QueryError(EXPECTED, position=error.pos_in_stream or 0) from error
    except VisitError as error:
        raise error.orig_exc from None


def _check_text(text: str, parameter: str) -> None:
    if text_fault(text) is not None:
        raise QueryError("The text holds a character that nothing contains.", parameter=parameter)
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"At most {LONGEST_QUERY} characters.", position=LONGEST_QUERY, parameter=parameter
        )
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth > DEEPEST:
            raise QueryError("Too many brackets.", position=position, parameter=parameter)
    if text.lower().count("not") > DEEPEST:
        raise QueryError("Too many conditions are negated.", parameter=parameter)


def _unquoted(token: Token) -> str:
    text = str(token)
    if text[0] not in "\"'":
        return text
    inner = text[1:-1]
    return inner.replace("\\" + text[0], text[0]).replace("\\\\", "\\")


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """Builds the conditions, from the leaves up."""

    def field(self, first: Token, *rest: Token) -> Field:
        quoted = [str(part)[0] in "\"'" for part in rest]
        return field_of(str(first), [_unquoted(part) for part in rest], quoted, _start(first))

    def value(self, token: Token) -> float | str:
        if token.type != "NUMBER":
            return _unquoted(token)
        number = float(token)
        if abs(number) == float("inf"):
            raise QueryError("This number is too large.", position=_start(token))
        return number

    def comparison(self, field: Field, operator: Token, value: float | str) -> Comparison:
        return Comparison(field, str(operator), (value,))

    def membership(self, field: Field, *values: float | str) -> Comparison:
        return Comparison(field, "in", values)

    def likeness(self, field: Field, pattern: Token) -> Comparison:
        return Comparison(field, "like", (_unquoted(pattern),))

    def not_(self, part: Condition) -> Not:
        return Not(part)

    def all_of(self, *parts: Condition) -> Condition:
        return Every(parts) if len(parts) > 1 else parts[0]

    def any_of(self, *parts: Condition) -> Condition:
        return Some(parts) if len(parts) > 1 else parts[0]


def _start(token: Token) -> int:
    return token.start_pos or 0


_PARSER = Lark(GRAMMAR, parser="lalr", start=["condition", "field"], maybe_placeholders=False)
_TREE = _Tree()
