"""Identifiers that the client makes itself, so that nothing has to wait for the server."""

import os
import re
import time
from collections.abc import Mapping

# Of version 7: it begins with the time, and servers take no other.
_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}")


def uuid7() -> str:
    """A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 64 & 0xFFF) << 64
    low = 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{high | low:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_run_id(text: str) -> bool:
    """Whether `text` is a whole run id in its usual form (lower case, with hyphens)."""
    return _RUN_ID.fullmatch(text) is not None


def is_project(text: object) -> bool:
    """Whether `text` has the form `team/project`, as servers take it."""
    return isinstance(text, str) and _PROJECT.fullmatch(text) is not None


_is_given_away = False


def given_run_id(environ: Mapping[str, str] = os.environ) -> str | None:
    """The run to go on with by AHNB_RUN_ID; only the first run of a process is meant."""
    global _is_given_away
    run_id = environ.get("AHNB_RUN_ID")
    if _is_given_away or not run_id:
        return None
    _is_given_away = True
    return run_id.strip().lower()
