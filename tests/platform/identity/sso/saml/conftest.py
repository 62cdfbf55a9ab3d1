"""A SAML provider, and the connection of the team "vision" to it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from ahnb_platform.accounts.models import Team, User
from ahnb_platform.identity.models import Connection
from ahnb_platform.identity.sso.connections import save_connection
from ahnb_platform.identity.sso.metadata import read_metadata

from .provider import SamlProvider


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> SamlProvider:
    return SamlProvider(tmp_path_factory.mktemp("idp"))


@pytest.fixture
def connection(
    vision: Team, alice: User, idp: SamlProvider, approved: Callable[..., None]
) -> Connection:
    # Always of the same key, so that the provider learns of this service once.
    Connection.objects.create(pk=UUID(int=7), team=vision, kind="saml", name="Example")
    found, _ = save_connection(team=vision, by=alice, **read_metadata(idp.metadata()))
    approved(found)
    idp.learn(Client().get(f"/account/sso/{found.pk}/metadata/").content.decode())
    return found
