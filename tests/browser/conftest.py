"""A real browser before the real server. Any broken rule of the pages fails the test that saw it:
a violation of the security policy, an error in the console, a request to another host."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from ahnb_platform.accounts.models import User

from ..cast import client_of
from ..live import LiveServer, running_server
from .waiting import under_way

# Playwright's loop runs in this thread; Django takes it for an asynchronous program.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The first one does without what only a person would see, and takes a fifth less time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) => console.error(
    `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium; without it tests are skipped, on CI they fail."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = "no chromium on this machine (Debian: apt-get install chromium-headless-shell)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The server on the test database, with static files straight from their folders."""
    # With the same key it takes the sessions that tests begin.
    environment = {"AHNB_DEBUG": "1", "AHNB_SECRET_KEY": settings.SECRET_KEY}
    with running_server(tmp_path_factory.mktemp("site"), **environment) as live:
        yield live


@dataclass
class Visitor:
    """Somebody with a browser; `faults` is what went wrong on the pages."""

    browser: Browser
    site: LiveServer
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, user: User | None = None, width: int = 1280, **options: object) -> Page:
        """A page of a fresh browser, logged in as `user`."""
        context = self.browser.new_context(
            base_url=self.site.url,
            viewport={"width": width, "height": 900},
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        self.contexts.append(context)
        if user is not None:
            session = client_of(user).cookies["ahnb-session"].value
            context.add_cookies([{"name": "ahnb-session", "value": session, "url": self.site.url}])
        page = context.new_page()
        self._watch(page)
        return page

    def _watch(self, page: Page) -> None:
        def console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.faults.append(f"console: {message.text} ({message.location.get('url')})")

        def request(address: str) -> None:
            parts = urlsplit(address)
            # Passkeys belong to a name, so that their tests call this address "localhost".
            own = {f"{host}:{self.site.port}" for host in ("127.0.0.1", "localhost")}
            if parts.scheme != "data" and parts.netloc not in own:
                self.faults.append(f"another host: {address}")

        page.on("console", console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda sent: request(sent.url))
        under_way(page)


@pytest.fixture
def visitor(transactional_db: None, chromium: Browser, site: LiveServer) -> Iterator[Visitor]:
    found = Visitor(chromium, site)
    yield found
    for context in found.contexts:
        context.close()
    assert found.faults == []


@pytest.fixture
def page(visitor: Visitor) -> Callable[..., Page]:
    return visitor.page
