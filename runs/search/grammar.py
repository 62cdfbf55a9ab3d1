"""The query language: text to a tree of conditions."""

import re
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from ahnb_platform.api.strictjson import text_fault

from .errors import QueryError
from .fields import Field, field_of
from .tree import Comparison, Condition, Every, Not, Scalar, Some

LONGEST_QUERY = 16_000
# Each bracket and each `not` is one level of the tree.
DEEPEST = 50
COMPARING = ("OPERATOR", "_IN", "_LIKE")
# What the accepted tokens are called in messages, in the order in which they are told.
WORDS = {
    "SEGMENT": "a name",
    "NAME": "a field",
    "OPERATOR": "an operator (=, !=, <, <=, >, >=)",
    "_NOT": "not",
    "_IN": "in",
    "_LIKE": "like",
    "_IS": "is missing",
    "_MISSING": "missing",
    "STRING": "a text in quotes",
    "_AND": "and",
    "_OR": "or",
    "LPAR": "(",
    "LSQB": "[",
    "COMMA": "a comma",
    "RPAR": ")",
    "RSQB": "]",
    "$END": "the end",
}

GRAMMAR = r"""
    ?condition: conjunction (_OR conjunction)*        -> any_of
    ?conjunction: negation (_AND negation)*           -> all_of
    ?negation: _NOT negation                          -> not_
             | "(" condition ")"
             | field OPERATOR value                   -> comparison
             | field _IN _list                        -> membership
             | field _NOT _IN _list                   -> no_membership
             | field _LIKE STRING                     -> likeness
             | field _NOT _LIKE STRING                -> unlikeness
             | field _IS _MISSING                     -> missing
             | field _IS _NOT _MISSING                -> present
    _list: "(" value ("," value)* ")" | "[" value ("," value)* "]"
    field: NAME ("." (SEGMENT | STRING))*
    value: NUMBER | STRING | NAME

    _OR.2: /or\b/i
    _AND.2: /and\b/i
    _NOT.2: /not\b/i
    _IN.2: /in\b/i
    _LIKE.2: /like\b/i
    _IS.2: /is\b/i
    _MISSING.2: /missing\b/i
    OPERATOR: "==" | "=" | "!=" | "<=" | ">=" | "<" | ">"
    NUMBER.2: /[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
    STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
    NAME: /[^\W\d]\w*/
    SEGMENT: /[\w\/-]+/
    %ignore /\s+/
"""


# `not in`, `not like` and `is not missing` are no level of the tree.
_NEGATION = re.compile(r"\bnot\b(?!\s*(?:in|like|missing)\b)", re.I)
_ESCAPED = re.compile(r"\\([\"'\\])")


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
        is_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        position = len(text) if is_end else error.pos_in_stream or 0
        begin = "The query ends too early" if is_end else "The query cannot be read here"
        words = in_words(accepted_after(text[:position], start))
        raise QueryError(f"{begin}; expected {words}.", position=position) from error
    except VisitError as error:
        raise error.orig_exc from None


def accepted_after(text: str, start: str = "condition") -> set[str]:
    """The names of the tokens that may follow `text`; none where `text` itself is faulty."""
    parser = _PARSER.parse_interactive(text, start=start)
    try:
        parser.exhaust_lexer()
    except UnexpectedInput:
        return set()
    return set(parser.accepts())


def tokens_of(text: str) -> tuple[list[Token], int]:
    """The tokens up to the first that does not fit, and where that stands."""
    parser = _PARSER.parse_interactive(text, start="condition")
    tokens: list[Token] = []
    try:
        for token in parser.iter_parse():
            tokens.append(token)  # noqa: PERF402 - what came before a fault is kept
    except UnexpectedInput as error:
        place = error.pos_in_stream or 0
        return [token for token in tokens if (token.start_pos or 0) < place], place
    return tokens, len(text)


def field_of_tokens(tokens: list[Token]) -> Field | None:
    """The field of the comparison in which the tokens end; None where there is none."""
    at = next((i for i in range(len(tokens) - 1, -1, -1) if tokens[i].type in COMPARING), 0)
    if at and tokens[at - 1].type == "_NOT":
        at -= 1
    begin = at - 1
    while begin > 1 and tokens[begin - 1].type == "DOT":
        begin -= 2
    named = [token for token in tokens[max(begin, 0) : at] if token.type != "DOT"]
    return _TREE.field(*named) if named else None


def in_words(accepted: set[str]) -> str:
    """What may follow, for a person."""
    is_value = "NUMBER" in accepted
    words = [
        "a value" if is_value and name == "NAME" else said
        for name, said in WORDS.items()
        if name in accepted and not (is_value and name in ("NUMBER", "STRING"))
    ]
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words) or "nothing more"


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
    if len(_NEGATION.findall(text)) > DEEPEST:
        raise QueryError("Too many conditions are negated.", parameter=parameter)


def _unquoted(token: Token) -> str:
    """The text that a token stands for; after `\\` a quote or another `\\` is itself."""
    text = str(token)
    return _ESCAPED.sub(r"\1", text[1:-1]) if text[0] in "\"'" else text


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """Builds the conditions, from the leaves up."""

    def field(self, first: Token, *rest: Token) -> Field:
        quoted = [str(part)[0] in "\"'" for part in rest]
        return field_of(str(first), [_unquoted(part) for part in rest], quoted, _start(first))

    def value(self, token: Token) -> tuple[Scalar, int]:
        if token.type != "NUMBER":
            return _unquoted(token), _start(token)
        number = float(token)
        if abs(number) == float("inf"):
            raise QueryError("This number is too large.", position=_start(token))
        return number, _start(token)

    def comparison(self, field: Field, operator: Token, value: tuple[Scalar, int]) -> Comparison:
        return _compare(field, "=" if operator == "==" else str(operator), value)

    def membership(self, field: Field, *values: tuple[Scalar, int]) -> Comparison:
        return _compare(field, "in", *values)

    def no_membership(self, field: Field, *values: tuple[Scalar, int]) -> Comparison:
        return _compare(field, "not in", *values)

    def likeness(self, field: Field, pattern: Token) -> Comparison:
        return _compare(field, "like", (_unquoted(pattern), _start(pattern)))

    def unlikeness(self, field: Field, pattern: Token) -> Comparison:
        return _compare(field, "not like", (_unquoted(pattern), _start(pattern)))

    def missing(self, field: Field) -> Comparison:
        return Comparison(field, "is missing")

    def present(self, field: Field) -> Comparison:
        return Comparison(field, "is not missing")

    def not_(self, part: Condition) -> Not:
        return Not(part)

    def all_of(self, *parts: Condition) -> Condition:
        return Every(parts) if len(parts) > 1 else parts[0]

    def any_of(self, *parts: Condition) -> Condition:
        return Some(parts) if len(parts) > 1 else parts[0]


def _compare(field: Field, operator: str, *values: tuple[Scalar, int]) -> Comparison:
    return Comparison(
        field, operator, tuple(value for value, _ in values), tuple(place for _, place in values)
    )


def _start(token: Token) -> int:
    return token.start_pos or 0


_PARSER = Lark(GRAMMAR, parser="lalr", start=["condition", "field"], maybe_placeholders=False)
_TREE = _Tree()
