"""Resources as SCIM writes them, and what providers write back."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django_scim.constants import SchemaURI
from scim2_filter_parser.lexer import SCIMLexer
from scim2_filter_parser.parser import SCIMParser, SCIMParserError
from scim2_filter_parser.transpilers.django_q_object import Transpiler

from ..models import ScimGroup, ScimPerson
from .errors import invalid
from .people import Fields

Attributes = Mapping[tuple[str, str | None, None], str]
LONGEST_FILTER = 1000
PERSON_ATTRIBUTES: Attributes = {
    ("id", None, None): "id",
    ("externalId", None, None): "external_id",
    ("userName", None, None): "user__email",
    ("emails", None, None): "user__email",
    ("emails", "value", None): "user__email",
    ("displayName", None, None): "user__name",
    ("name", "formatted", None): "user__name",
    ("active", None, None): "user__is_active",
}
GROUP_ATTRIBUTES: Attributes = {
    ("id", None, None): "id",
    ("externalId", None, None): "external_id",
    ("displayName", None, None): "name",
    ("members", None, None): "members__id",
    ("members", "value", None): "members__id",
}


class StrictTranspiler(Transpiler):
    """An attribute that is unknown is an error: leaving it out would find too much."""

    def visit_AttrPath(self, node: Any) -> str | None:  # noqa: N802 - its base calls it so
        found: str | None = super().visit_AttrPath(node)
        sub = node.sub_attr.value.lower() if node.sub_attr else ""
        if found is None and (node.attr_name.lower(), sub) != ("emails", "type"):
            raise ValueError(f"unknown attribute {node.attr_name}")
        return found


def condition(text: str, attributes: Attributes) -> Q:
    """A filter as a condition of the ORM. Raises ScimError (`invalidFilter`)."""
    if len(text) > LONGEST_FILTER:
        raise invalid("The filter is too long.", "invalidFilter")
    try:
        tree = SCIMParser().parse(SCIMLexer().tokenize(text))
        found = StrictTranspiler(attributes).transpile(tree)
    except (SCIMParserError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise invalid("The filter is not understood.", "invalidFilter") from error
    if not isinstance(found, Q):
        raise invalid("The filter is not understood.", "invalidFilter")
    return found


def person_document(person: ScimPerson, base: str) -> dict[str, Any]:
    user = person.user
    given, _, family = user.name.rpartition(" ")
    return {
        "schemas": [SchemaURI.USER],
        "id": str(person.pk),
        "externalId": person.external_id,
        "userName": user.email,
        "name": {"formatted": user.name, "givenName": given or family, "familyName": family},
        "displayName": user.name,
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "active": user.is_active,
        "groups": [
            {"value": str(group.pk), "display": group.name, "$ref": f"{base}/Groups/{group.pk}"}
            for group in person.groups.all()
        ],
        "meta": _meta("User", person, f"{base}/Users/{person.pk}"),
    }


def group_document(group: ScimGroup, base: str, *, members: bool = True) -> dict[str, Any]:
    document = {
        "schemas": [SchemaURI.GROUP],
        "id": str(group.pk),
        "externalId": group.external_id,
        "displayName": group.name,
        "meta": _meta("Group", group, f"{base}/Groups/{group.pk}"),
    }
    if members:
        document["members"] = [
            {"value": str(one.pk), "display": one.user.email, "$ref": f"{base}/Users/{one.pk}"}
            for one in group.members.all()
        ]
    return document


def person_fields(document: dict[str, Any]) -> Fields:
    """What a whole document says. Raises ScimError for a value of a wrong type."""
    return Fields(
        email=address_in(document),
        name=name_in(document),
        active=truth(document["active"]) if "active" in document else None,
        external_id=text(document["externalId"]) if document.get("externalId") else None,
    )


def address_in(document: dict[str, Any]) -> str | None:
    """The address: `userName` where it is one, else the primary of `emails`."""
    name = text(document["userName"]) if "userName" in document else ""
    if "@" in name or "emails" not in document:
        return name or None
    emails = document["emails"] if isinstance(document["emails"], list) else [document["emails"]]
    entries = [one for one in emails if isinstance(one, dict) and one.get("value")]
    entries.sort(key=lambda one: one.get("primary") is not True)
    return text(entries[0]["value"]) if entries else name or None


def name_in(document: dict[str, Any]) -> str | None:
    """What people call the person; None when nothing is said of it."""
    parts = document.get("name")
    if not isinstance(parts, dict):
        parts = {}
    spelled = " ".join(
        text(parts[key]) for key in ("givenName", "familyName") if parts.get(key)
    ).strip()
    for said in (document.get("displayName"), parts.get("formatted"), spelled):
        if said:
            return text(said)
    return None


def truth(value: object) -> bool:
    """A boolean; some providers write it as text. Raises ScimError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise invalid("“active” is true or false.")


def text(value: object) -> str:
    """Raises ScimError for anything but a text."""
    if not isinstance(value, str) or "\0" in value:
        raise invalid("A text is needed.")
    return value.strip()


def _meta(kind: str, row: ScimPerson | ScimGroup, location: str) -> dict[str, str]:
    return {
        "resourceType": kind,
        "created": row.created_at.isoformat(),
        "lastModified": row.changed_at.isoformat(),
        "location": location,
    }
