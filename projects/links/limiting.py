"""How often one sender may ask for public links: counted in this process, without the database.

Nobody guesses a secret of 256 bits; what is kept out is that pages without an account keep the
server busy.
"""

import time

SECONDS = 60
MOST_ASKED = 600
MOST_SENDERS = 10_000

_asked: dict[str, tuple[float, int]] = {}


def asks_too_much(sender: str) -> bool:
    """Count one question of the sender; whether it is one too many within the minute."""
    now = time.monotonic()
    since, count = _asked.get(sender, (now, 0))
    if now - since >= SECONDS:
        since, count = now, 0
    if len(_asked) >= MOST_SENDERS and sender not in _asked:
        _asked.clear()
    _asked[sender] = since, count + 1
    return count >= MOST_ASKED
