"""Bodies of requests: read under limits of our own, before anything is parsed."""

import zlib
from typing import Any

from django.http import HttpRequest, UnreadablePostError

from ahnb_platform.errors import DomainError, Malformed, TooLarge

from . import strictjson

SMALL = 256 * 1024
INGEST = 8 * 1024 * 1024
UTF8 = ("", "utf-8", "utf8")


class LengthRequired(DomainError):
    """A body without a stated length."""

    status = 411
    code = "length-required"


class Unsupported(DomainError):
    """A content type, character set or encoding that is not read here."""

    status = 415
    code = "unsupported-media-type"


def read_json(request: HttpRequest, limit: int) -> Any:
    """The body as JSON; see `strictjson.read` for what is left to the caller.

    Args:
        limit: bytes, on the wire and decoded.

    Raises:
        Malformed: empty, shorter than stated, not JSON.
        LengthRequired, Unsupported, TooLarge: as they say.
    """
    return strictjson.read(read_body(request, limit))


def read_body(request: HttpRequest, limit: int) -> bytes:
    """The decoded body. Raises as `read_json` does, save for what is no JSON."""
    length = _length(request)
    if length > limit:
        raise TooLarge(f"A body has at most {limit} bytes here.")
    if length == 0:
        raise Malformed("The body is empty.", code="malformed-json")
    _check_type(request)
    encoding = _encoding(request)
    raw = _read(request, length)
    return inflated(raw, limit) if encoding == "gzip" else raw


def stated_length(request: HttpRequest) -> int:
    """The length of a body that may be empty.

    Raises:
        LengthRequired: none is stated, as with chunks.
        Malformed: it is no number.
    """
    if not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired("State the length of the body.")
    return _length(request)


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or ""
    if not stated:
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthRequired("State the length of the body.")
        return 0
    if not (stated.isascii() and stated.isdigit()):
        raise Malformed("The length of the body is not a number.", code="bad-length")
    return int(stated[:20])


def _check_type(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise Unsupported("Send application/json.")
    charset = (request.content_params or {}).get("charset", "").strip('"').lower()
    if charset not in UTF8:
        raise Unsupported("Send JSON in UTF-8.", code="unsupported-charset")


def _encoding(request: HttpRequest) -> str:
    encoding: str = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Unsupported("Send the body as it is, or as gzip.", code="unsupported-encoding")
    return encoding


def _read(request: HttpRequest, length: int) -> bytes:
    try:
        raw: bytes = request.read(length)
    except UnreadablePostError as error:
        raise _short() from error
    if len(raw) != length:
        raise _short()
    return raw


def _short() -> Malformed:
    return Malformed("The body is shorter than its stated length.", code="short-body")


def inflated(raw: bytes, limit: int) -> bytes:
    """What the gzip holds; stops as soon as it is over the limit."""
    machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        data = machine.decompress(raw, limit + 1)
    except zlib.error as error:
        raise Malformed("The body is not gzip.", code="malformed-gzip") from error
    if len(data) > limit:
        raise TooLarge(
            f"A body has at most {limit} bytes once decoded.", code="decompressed-too-large"
        )
    if not machine.eof or machine.unused_data:
        raise Malformed("The gzip is cut, or something follows it.", code="malformed-gzip")
    return data
