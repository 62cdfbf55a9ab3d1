"""One-time codes as an app computes them (RFC 6238), without any of our code."""

import base64
import hashlib
import hmac
import struct
import time

PERIOD = 30


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that the app shows at the time `at`, in seconds; now without one."""
    counter = int(time.time() if at is None else at) // PERIOD
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def fresh_code(secret: str) -> str:
    """A code with at least five seconds left."""
    left = PERIOD - time.time() % PERIOD
    if left < 5:
        time.sleep(left)
    return code_of(secret)


def wrong_code(secret: str) -> str:
    """Six digits that are none of the codes around now."""
    near = {code_of(secret, time.time() + PERIOD * step) for step in range(-2, 3)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)
