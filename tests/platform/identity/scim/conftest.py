"""A team whose provider has a token, and one person that it keeps."""

from typing import Any

import pytest

from ahnb_platform.accounts.models import Role, Team, User

from .provider import Scim, connect


@pytest.fixture
def scim(vision: Team, alice: User) -> Scim:
    roles = {"heads": Role.OWNER, "researchers": Role.EDITOR}
    return connect(vision, alice, "example.com", group_roles=roles)


@pytest.fixture
def eve(scim: Scim) -> dict[str, Any]:
    answer = scim.create("eve@example.com")
    assert answer.status_code == 201, answer.content
    return answer.json()
