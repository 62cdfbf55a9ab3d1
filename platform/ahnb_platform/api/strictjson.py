"""JSON read strictly: what RFC 8259 leaves open, and what no database keeps, is told apart.

Refused whole (`Malformed`): no JSON, no UTF-8, a byte order mark, a bare NaN, one key twice.
Kept for the caller to refuse by item: `LongNumber` (over 40 characters, or no float64), NUL and
lone surrogates in texts, more than `DEEPEST` levels.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Never

import numpy as np
import orjson

from ahnb_platform.errors import Malformed

DEEPEST = 64
LONGEST_NUMBER = 40
LONGEST_POINTER_PART = 255
# Deeper parts are cut before they are parsed; what remains is still too deep to be accepted.
CUT = 200

_SIGNS = bytes(chr(byte) in "0123456789+-.eE" for byte in range(256))
_FULL_WORD = np.uint64(0x0101010101010101)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# A string that never ends is matched too, or the search would begin again at each of its quotes.
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class LongNumber:
    """Stands where a number has over 40 characters or is larger than any float64."""


@dataclass(frozen=True)
class JSONFault:
    """The first thing in a document that cannot be kept, and where it is."""

    pointer: str
    code: str
    detail: str


def read(raw: bytes) -> Any:
    """Read a document; what can be refused by item is still in it (`first_fault` finds it).

    Raises:
        Malformed: refused whole.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _read_slowly(raw)
    # One backslash is found faster than three characters, and most bodies have none.
    if b"\\" in raw and b"\\u0" in raw:
        return _read_slowly(raw)
    if _may_have_long_number(raw) or not _keys_once(raw, value):
        return _read_slowly(raw)
    return value


def escaped(key: str) -> str:
    """A key as a part of a JSON pointer; what cannot be stored is replaced, what is long is cut."""
    if len(key) > LONGEST_POINTER_PART:
        key = key[:LONGEST_POINTER_PART] + "…"
    if text_fault(key):
        key = _UNSTORABLE.sub("\ufffd", key)
    return key.replace("~", "~0").replace("/", "~1")


def first_fault(value: Any) -> JSONFault | None:
    """The first NUL, lone surrogate, long number or level beyond 64 in `value`; None if clean."""
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    while waiting:
        pointer, depth, node = waiting.pop()
        if isinstance(node, str):
            fault = text_fault(node)
        elif isinstance(node, LongNumber):
            fault = ("number-too-long", "A number has at most 40 characters and fits a float64.")
        elif isinstance(node, dict | list):
            fault = _level_fault(depth) or _key_fault(node)
            waiting += _children(pointer, depth, node)
        else:
            continue
        if fault is not None:
            return JSONFault(pointer, *fault)
    return None


def text_fault(text: str) -> tuple[str, str] | None:
    """Code and words for what makes `text` impossible to store; None when it can be."""
    if "\x00" in text:
        return "nul-character", "A text must not hold the character NUL."
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "lone-surrogate", "A text must not hold half of a surrogate pair."
    return None


def _level_fault(depth: int) -> tuple[str, str] | None:
    if depth >= DEEPEST:
        return "too-deep", f"At most {DEEPEST} levels may be nested."
    return None


def _key_fault(node: dict[str, Any] | list[Any]) -> tuple[str, str] | None:
    faults = (text_fault(key) for key in node) if isinstance(node, dict) else ()
    return next((fault for fault in faults if fault), None)


def _children(
    pointer: str, depth: int, node: dict[str, Any] | list[Any]
) -> list[tuple[str, int, Any]]:
    if depth >= DEEPEST:
        return []
    if isinstance(node, dict):
        return [(f"{pointer}/{escaped(key)}", depth + 1, child) for key, child in node.items()]
    return [
        (f"{pointer}/{index}", depth + 1, child)
        for index, child in enumerate(node)
        if isinstance(child, str | list | dict | LongNumber)
    ]


def _may_have_long_number(raw: bytes) -> bool:
    """Whether more than `LONGEST_NUMBER` signs of numbers may stand together somewhere.

    Where 41 do, four words of eight bytes in a row are full of them, wherever the 41 begin.
    """
    signs = raw.translate(_SIGNS) + bytes(8)
    full = np.frombuffer(signs, np.uint64, len(signs) // 8) == _FULL_WORD
    return bool((full[:-3] & full[1:-2] & full[2:-1] & full[3:]).any())


def _keys_once(raw: bytes, value: Any) -> bool:
    """Whether no object can have had one key twice.

    Every key brings one colon, so as many colons as keys that were read leave no room for a key
    that was lost. Colons inside texts only make the answer False, and the slow way decides.
    """
    objects, keys = 0, 0
    total = raw.count(b"{")
    waiting = [value]
    for node in waiting:
        if objects == total:
            break
        if isinstance(node, dict):
            objects += 1
            keys += len(node)
            waiting += node.values()
        elif isinstance(node, list) and not {dict, list}.isdisjoint(map(type, node)):
            waiting += node
    return raw.count(b":") == keys


def _read_slowly(raw: bytes) -> Any:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Malformed("The body must not begin with a byte order mark.", code="malformed-json")
    try:
        text = _cut(raw).decode("utf-8")
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON in UTF-8.", code="malformed-json") from error


def _cut(raw: bytes) -> bytes:
    """The document with everything below level `CUT` replaced by null."""
    if raw.count(b"[") + raw.count(b"{") <= CUT:
        return raw
    depth, kept_to, parts = 0, 0, []
    for match in _STRUCTURE.finditer(raw):
        sign = match[0]
        if sign in b"[{":
            depth += 1
            if depth == CUT + 1:
                parts.append(raw[kept_to : match.start()] + b"null")
        elif sign in b"]}":
            depth -= 1
            if depth == CUT:
                kept_to = match.end()
    if depth > CUT:
        return b""
    return b"".join([*parts, raw[kept_to:]])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("An object has one key twice.", code="duplicate-key")
    return found


def _constant(text: str) -> Never:
    raise Malformed(
        f"{text} is no JSON; write it as a string, in metric values only.",
        code="non-finite-literal",
    )


def _float(text: str) -> float | LongNumber:
    number = float(text) if len(text) <= LONGEST_NUMBER else float("inf")
    return number if abs(number) != float("inf") else LongNumber()


def _integer(text: str) -> float | LongNumber:
    """As the quick way does: an integer of more than 64 bits becomes a float64."""
    if len(text) > LONGEST_NUMBER:
        return LongNumber()
    number = int(text)
    return number if -(2**63) <= number < 2**64 else float(number)
