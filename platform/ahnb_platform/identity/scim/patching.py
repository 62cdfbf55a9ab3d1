"""PATCH (RFC 7644, 3.5.2) in the shapes in which providers send it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..models import ScimGroup, ScimPerson
from . import documents, groups, people
from .errors import invalid

MOST_OPERATIONS = 1000
# `members[value eq "…"]`: one member by name.
ONE_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"]+)"\s*\]', re.IGNORECASE)
ONE_EMAIL = re.compile(r"emails\[[^\]]*\]\.value", re.IGNORECASE)
USER_PREFIX = re.compile(r"^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):", re.IGNORECASE)


@dataclass(frozen=True)
class Operation:
    """One change: `add`, `replace` or `remove`, of what, to what."""

    act: str
    path: str
    value: Any


def operations_in(document: dict[str, Any]) -> list[Operation]:
    """The operations, those without a path as one for each attribute. Raises ScimError."""
    listed = document.get("Operations")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_OPERATIONS:
        raise invalid(f"1 to {MOST_OPERATIONS} operations are needed.", "invalidSyntax")
    return [operation for one in listed for operation in _split(one)]


def patch_person(person: ScimPerson, operations: list[Operation]) -> None:
    """Raises ScimError for what cannot be set."""
    said: dict[str, Any] = {}
    for operation in operations:
        if operation.act == "remove":
            raise invalid("An attribute of a person can only be replaced.", "mutability")
        _say(said, operation)
    people.change(person, documents.person_fields(said))


def patch_group(group: ScimGroup, operations: list[Operation]) -> None:
    """Raises ScimError for what cannot be set."""
    for operation in operations:
        path = operation.path.lower()
        if path == "displayname" and operation.act != "remove":
            groups.rename(group, documents.text(operation.value))
        elif path == "externalid" and operation.act != "remove":
            groups.rename(group, group.name, documents.text(operation.value))
        elif path.startswith("members"):
            _patch_members(group, operation)
        elif path not in ("id", "schemas"):
            raise invalid(f"“{operation.path[:100]}” of a group cannot be set.", "invalidPath")


def _split(one: Any) -> Iterator[Operation]:
    if not isinstance(one, dict) or not isinstance(one.get("op"), str):
        raise invalid("An operation needs “op”.", "invalidSyntax")
    act, path, value = one["op"].lower(), one.get("path", ""), one.get("value")
    if act not in ("add", "replace", "remove"):
        raise invalid("“op” is add, replace or remove.", "invalidSyntax")
    if not isinstance(path, str) or (not path and act == "remove"):
        raise invalid("What is to be removed?", "noTarget")
    if path:
        yield Operation(act, USER_PREFIX.sub("", path), value)
        return
    if not isinstance(value, dict):
        raise invalid("Without a path the value is an object.", "invalidSyntax")
    for name, entry in value.items():
        yield Operation(act, USER_PREFIX.sub("", name), entry)


def _say(said: dict[str, Any], operation: Operation) -> None:
    """Add what the operation sets to a document. What is not kept here is passed over."""
    path, value = operation.path, operation.value
    names = {"username": "userName", "displayname": "displayName", "externalid": "externalId"}
    lower = path.lower()
    if ONE_EMAIL.fullmatch(path):
        said["emails"] = [{"value": value, "primary": True}]
    elif lower.startswith("name."):
        parts = {"givenname": "givenName", "familyname": "familyName", "formatted": "formatted"}
        said.setdefault("name", {})[parts.get(lower[5:], lower[5:])] = value
    elif lower in names or lower in ("active", "name", "emails"):
        said[names.get(lower, lower)] = value


def _patch_members(group: ScimGroup, operation: Operation) -> None:
    match = ONE_MEMBER.fullmatch(operation.path)
    ids = [match[1]] if match else ids_in(operation.value)
    if operation.act == "add":
        groups.add(group, ids)
    elif operation.act == "replace":
        groups.replace(group, ids)
    elif match or operation.value:
        groups.discard(group, ids)
    else:
        groups.replace(group, [])


def ids_in(value: Any) -> list[object]:
    entries = value if isinstance(value, list) else [value] if value else []
    if not all(isinstance(one, dict) and one.get("value") for one in entries):
        raise invalid("Members are a list of objects with “value”.")
    return [one["value"] for one in entries]
