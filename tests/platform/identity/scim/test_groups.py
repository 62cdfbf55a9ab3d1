"""The groups that a provider keeps, and the roles that they give."""

from typing import Any

from ahnb_platform.accounts.models import Role
from ahnb_platform.identity.models import ScimGroup

from .provider import Scim, role_of


def test_groups_give_roles_and_take_them_back(scim: Scim, eve: Any) -> None:
    researchers = scim.group("researchers").json()
    path = f"/Groups/{researchers['id']}"
    add = {"op": "Add", "path": "members", "value": [{"value": eve["id"]}]}
    assert scim.patch(path, add).status_code == 200
    assert role_of("eve@example.com") == Role.EDITOR
    heads = scim.group("heads", eve["id"]).json()
    assert role_of("eve@example.com") == Role.OWNER
    out = {"op": "remove", "path": f'members[value eq "{eve["id"]}"]'}
    scim.patch(f"/Groups/{heads['id']}", out)
    assert role_of("eve@example.com") == Role.EDITOR
    entra = {"op": "Remove", "path": "members", "value": [{"value": eve["id"]}]}
    scim.patch(path, entra)
    assert role_of("eve@example.com") == Role.READER
    scim.patch(path, {"op": "replace", "path": "members", "value": [{"value": eve["id"]}]})
    scim.patch(path, {"op": "replace", "value": {"id": path, "displayName": "guests"}})
    assert role_of("eve@example.com") == Role.READER
    scim.patch(path, {"op": "replace", "path": "displayName", "value": "heads of old"})
    assert scim.get(path).json()["displayName"] == "heads of old"
    found = scim.get('/Groups?filter=displayName+eq+"heads"&excludedAttributes=members').json()
    assert [one["displayName"] for one in found["Resources"]] == ["heads"]
    assert "members" not in found["Resources"][0]


def test_removing_a_group_takes_its_role_along(scim: Scim, eve: Any) -> None:
    heads = scim.group("heads", eve["id"]).json()
    assert scim.group("Heads").status_code == 409
    assert scim.get(f"/Users/{eve['id']}").json()["groups"][0]["display"] == "heads"
    assert scim.call("DELETE", f"/Groups/{heads['id']}").status_code == 204
    assert role_of("eve@example.com") == Role.READER
    assert not ScimGroup.objects.exists()
