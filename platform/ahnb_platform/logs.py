"""How the log is written: one line an event, nothing in it that opens a door or forges a line."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from .web import requests

# A link (one-time, invitation, public) still works after a request that was refused, a token until
# it is revoked; so do
# the secrets of webhooks, keys for ending mails, and a password in the address of a database.
SECRETS = re.compile(
    r"((?:/|%2F)(?:account(?:/|%2F)(?:link|invitation)|public)(?:/|%2F)|/unsubscribe/|"
    r"ahnb_[0-9a-f]{10}_|whsec_|[Bb]earer |://[^/\s:@\"']*:)"
    r"[^/\s\"'@]+"
)
# Everything that moves a cursor or begins a line, as some terminal or program may read it.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def masked(text: str) -> str:
    """The text with its secrets cut out."""
    return SECRETS.sub(r"\1***", text)


def escaped(text: str) -> str:
    """The text on one line, without signs that a terminal obeys."""
    return CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", text)


class SecretsFilter(logging.Filter):
    """Cuts the secrets of links and API tokens out of messages and their arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = masked(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


class LineFormatter(logging.Formatter):
    """A line for people; what follows it (a traceback) is indented, so that none can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        at = _time(record).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        request = requests.current().id
        words = [at, record.levelname, f"{record.name}:", escaped(record.getMessage())]
        words += [f"{name}={escaped(str(value))}" for name, value in _fields(record).items()]
        lines = [" ".join(words) + (f" [{request}]" if request else "")]
        lines += [f"    {escaped(line)}" for line in _traceback(self, record).split("\n") if line]
        return masked("\n".join(lines))


class JsonFormatter(logging.Formatter):
    """A JSON object a line: time, level, logger, message, request_id, and fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        document: dict[str, Any] = {
            "time": _time(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if request := requests.current().id:
            document["request_id"] = request
        document |= {
            name: masked(value) if isinstance(value, str) else value
            for name, value in _fields(record).items()
        }
        if traceback := _traceback(self, record):
            document["traceback"] = masked(traceback)
        # ASCII alone: control signs and line ends of any kind are escaped.
        return json.dumps(document, default=str)


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the event says beside its message: `extra={"fields": {…}}`."""
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info else ""
