"""When a page has asked for all that it needs."""

import time
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, Request

STILL_MS = 50
LONGEST_SECONDS = 15.0
_asked: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def under_way(page: Page) -> set[Request]:
    """The page's requests that have no answer yet; they are followed from the first call on."""
    if page not in _asked:
        asked = _asked[page] = set()
        page.on("request", lambda one: asked.add(one))
        page.on("requestfinished", lambda one: asked.discard(one))
        page.on("requestfailed", lambda one: asked.discard(one))
    return _asked[page]


def wait_until_quiet(page: Page) -> None:
    """Until nothing has been under way for a tenth of a second; "networkidle" takes half of one."""
    end, still = time.monotonic() + LONGEST_SECONDS, 0
    while still < 2:
        assert time.monotonic() < end, f"never quiet: {[one.url for one in under_way(page)]}"
        page.wait_for_timeout(STILL_MS)
        still = 0 if under_way(page) else still + 1
