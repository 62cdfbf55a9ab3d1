"""One-time codes as an app computes them (RFC 6238), without any of our code.

The clock of codes stands still in these tests (`conftest.steady_codes`), so that none of them runs
into the next half minute.
"""

import base64
import hashlib
import hmac
import struct
import time

PERIOD = 30
NOW = time.time()


def code_of(secret: str, at: float = NOW) -> str:
    """The six digits that the app shows at the time `at`, in seconds."""
    counter = int(at) // PERIOD
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def wrong_code(secret: str) -> str:
    """Six digits that are none of the codes around now."""
    near = {code_of(secret, NOW + PERIOD * step) for step in range(-2, 3)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)
