"""A provider that keeps people up to date by SCIM, in the shapes in which providers send it."""

import json
from typing import Any

from django.test import Client

from ahnb_platform.accounts.models import Membership, Team, User
from ahnb_platform.identity.sso import connections

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
DEACTIVATIONS = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "value": {"active": False}},
]


class Scim:
    """A provider that calls with a token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}"}
        return Client(headers=headers).generic(
            method, f"/scim/v2{path}", data, "application/scim+json"
        )

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def create(self, email: str, **more: Any) -> Any:
        """As Okta sends it."""
        body = {
            "schemas": [USER],
            "userName": email,
            "name": {"givenName": "Eve", "familyName": "Moor"},
            "emails": [{"primary": True, "value": email, "type": "work"}],
            "displayName": "Eve Moor",
            "locale": "en-US",
            "externalId": "00u1",
            "groups": [],
            "active": True,
        }
        return self.call("POST", "/Users", body | more)

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def group(self, name: str, *members: str) -> Any:
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "members": [{"value": one} for one in members],
        }
        return self.call("POST", "/Groups", body)


def connect(team: Team, owner: User, domain: str, **fields: Any) -> Scim:
    usual = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=team, by=owner, secret="x", **(usual | fields))
    claim = connections.claim_domain(team=team, by=owner, name=domain)
    connections.approve_domain(domain=claim, by=None)
    return Scim(connections.new_scim_token(team=team, by=owner))


def role_of(email: str) -> int:
    return Membership.objects.get(user__email=email).role
