"""A webhook of alice's project, and what stands at its address."""

import pytest

from ahnb_platform.accounts.models import User
from ahnb_platform.outgoing.sending import Outcome, Sender
from projects.models import Project
from runs.notices import hooks
from runs.notices.kinds import Kind
from runs.notices.models import Webhook
from runs.notices.watching import find_events

from ...security.test_ssrf import Place


@pytest.fixture
def place():
    """A server on loopback that keeps what it is sent."""
    server = Place()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sender() -> Sender:
    """Allowed to reach loopback, as by AHNB_WEBHOOK_HOSTS."""
    return Sender(exceptions=["127.0.0.1"], seconds=5)


@pytest.fixture
def hook(place: Place, digits: Project, alice: User, settings) -> Webhook:
    """Told of everything in "digits"; what happened before is known."""
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    url = f"http://127.0.0.1:{place.port}/hook"
    hook = hooks.add_hook(place=digits, by=alice, url=url, kinds=Kind.values)
    find_events()
    return hook


GOOD = Outcome(200, "", 5)
BAD = Outcome(500, "It was answered with an error.", 5)
