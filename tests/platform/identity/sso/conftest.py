"""Providers, and connections of the team "vision" to them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.cache import cache

from ahnb_platform.accounts.models import Team, User
from ahnb_platform.identity.models import Connection
from ahnb_platform.identity.sso.connections import approve_domain, claim_domain, save_connection

ROOT = Path(__file__).parents[4]
START_SECONDS = 20.0


class OidcProvider:
    """The provider's process, and what it is to say."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.says(email="eve@example.com")
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.oidc_provider", str(self.port), str(folder)],
            cwd=ROOT,
            env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONPATH": str(ROOT)},
        )

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, **claims: Any) -> None:
        """The claims of whoever logs in next; some go without saying."""
        usual = {"sub": "u-1", "email_verified": True, "name": "Eve"}
        self.behaves(claims=usual | claims)

    def behaves(self, **behaviour: Any) -> None:
        place = self.folder / "behaviour.json"
        known = (
            json.loads(place.read_text()) if place.exists() and "claims" not in behaviour else {}
        )
        place.write_text(json.dumps(known | behaviour))

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                requests.get(self.issuer, timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise RuntimeError("the provider does not answer")


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    provider = OidcProvider(tmp_path_factory.mktemp("provider"))
    provider.wait()
    yield provider
    provider.process.terminate()
    provider.process.wait()


@pytest.fixture
def provider(provider_process: OidcProvider) -> OidcProvider:
    """The OpenID Connect provider, honest until a test says otherwise."""
    cache.clear()
    provider_process.says(email="eve@example.com")
    return provider_process


@pytest.fixture
def approved() -> Callable[..., None]:
    """Claim and approve a domain of a connection."""

    def approve(connection: Connection, name: str = "example.com") -> None:
        team = connection.team
        approve_domain(domain=claim_domain(team=team, by=None, name=name), by=None)

    return approve


@pytest.fixture
def connection(vision: Team, alice: User, provider: OidcProvider, approved: Any) -> Connection:
    """Of the team "vision", for the domain example.com."""
    found, _ = save_connection(
        team=vision,
        by=alice,
        kind="oidc",
        name="Example",
        issuer=provider.issuer,
        client_id="ahnb",
        secret="the client's secret",
    )
    approved(found)
    return found
