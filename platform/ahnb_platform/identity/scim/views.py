"""The endpoints: people, groups, and what the service says of itself."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_scim.constants import SchemaURI
from django_scim.schemas import default_schemas_getter

from ..models import ScimGroup, ScimPerson
from . import documents, groups, patching, people
from .base import MOST_AT_ONCE, ResourceView, ScimView, answer, connection_of, page, refused
from .errors import ScimError, invalid, missing

FEATURES = ("bulk", "sort", "etag", "changePassword")
CONFIGURATION = {
    "schemas": [SchemaURI.SERVICE_PROVIDER_CONFIG],
    "patch": {"supported": True},
    "filter": {"supported": True, "maxResults": MOST_AT_ONCE},
    **{name: {"supported": False} for name in FEATURES},
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an owner of the team makes.",
        }
    ],
}


class PeopleView(ScimView):
    def get(self, request: HttpRequest) -> HttpResponse:
        people.keep_members(self.connection)
        rows = people.people_of(self.connection)
        base = self.base
        return self.listed(
            rows,
            documents.PERSON_ATTRIBUTES,
            lambda person: documents.person_document(person, base),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        fields = documents.person_fields(self.body())
        if not fields.email:
            raise invalid("A userName is needed.")
        person = people.create(self.connection, fields)
        return answer(documents.person_document(person, self.base), HTTPStatus.CREATED)


class PersonView(ResourceView):
    def found(self) -> ScimPerson:
        return people.person_with_id(self.connection, self.key)

    def document(self, row: ScimPerson) -> dict[str, Any]:
        return documents.person_document(row, self.base)

    def replace(self, row: ScimPerson, body: dict[str, Any]) -> None:
        people.change(row, documents.person_fields(body))

    def change(self, row: ScimPerson, operations: list[patching.Operation]) -> None:
        patching.patch_person(row, operations)

    def remove(self, row: ScimPerson) -> None:
        people.remove(row)


class GroupsView(ScimView):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = groups.groups_of(self.connection)
        base, members = self.base, with_members(request)
        return self.listed(
            rows,
            documents.GROUP_ATTRIBUTES,
            lambda group: documents.group_document(group, base, members=members),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body()
        name = documents.text(body.get("displayName", ""))
        group = groups.create(self.connection, name, documents.text(body.get("externalId") or ""))
        groups.replace(group, patching.ids_in(body.get("members")))
        shown = documents.group_document(groups.group_with_id(self.connection, group.pk), self.base)
        return answer(shown, HTTPStatus.CREATED)


class GroupView(ResourceView):
    def found(self) -> ScimGroup:
        return groups.group_with_id(self.connection, self.key)

    def document(self, row: ScimGroup) -> dict[str, Any]:
        return documents.group_document(row, self.base, members=with_members(self.request))

    def replace(self, row: ScimGroup, body: dict[str, Any]) -> None:
        groups.rename(row, documents.text(body.get("displayName", "")))
        groups.replace(row, patching.ids_in(body.get("members")))

    def change(self, row: ScimGroup, operations: list[patching.Operation]) -> None:
        patching.patch_group(row, operations)

    def remove(self, row: ScimGroup) -> None:
        groups.remove(row)


class ConfigurationView(ScimView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return answer(CONFIGURATION)


class KindsView(ScimView):
    """The kinds of resources."""

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = [("User", "/Users", SchemaURI.USER), ("Group", "/Groups", SchemaURI.GROUP)]
        found = [
            {
                "schemas": [SchemaURI.RESOURCE_TYPE],
                "id": name,
                "name": name,
                "endpoint": endpoint,
                "schema": schema,
            }
            for name, endpoint, schema in kinds
        ]
        return page(found, len(found), 1)


class SchemasView(ScimView):
    def get(self, request: HttpRequest) -> HttpResponse:
        ours = (SchemaURI.USER, SchemaURI.GROUP)
        found = [schema for schema in default_schemas_getter() if schema["id"] in ours]
        return page(found, len(found), 1)


class NothingView(ScimView):
    """Every other path."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            connection_of(request)
        except ScimError as error:
            return refused(error)
        return refused(missing())


def with_members(request: HttpRequest) -> bool:
    return "members" not in request.GET.get("excludedAttributes", "").split(",")
