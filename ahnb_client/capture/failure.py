"""An exception as a document: where and why, without values and secrets."""

import traceback

from ahnb_client.capture.secrets import masked_text
from ahnb_client.capture.values import Json, qualified_name, text

MAX_FRAMES = 20
MAX_LINE = 300


def document(error: BaseException) -> dict[str, Json]:
    """Return ``{type, message, traceback}``; the newest 20 calls, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return {
        "type": qualified_name(type(error)),
        "message": text(masked_text(message(error)), 2_000),
        "traceback": [_line(frame) for frame in frames],
    }


def message(error: BaseException) -> str:
    """Return the text of an exception, whatever its `__str__` does."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a person's exception may fail in any way
        return ""


def _line(frame: traceback.FrameSummary) -> dict[str, Json]:
    return {
        "file": text(frame.filename, MAX_LINE),
        "line": frame.lineno,
        "function": frame.name,
        "code": text(masked_text(frame.line or ""), MAX_LINE),
    }
