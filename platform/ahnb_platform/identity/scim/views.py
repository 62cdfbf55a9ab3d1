"""The endpoints. The token of a connection is all that counts; cookies never reach them."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError, RequestDataTooBig, ValidationError
from django.db import DataError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from django_scim.constants import SCIM_CONTENT_TYPE, SchemaURI
from django_scim.schemas import default_schemas_getter

from ahnb_platform.accounts.addresses import public

from ..models import Connection
from ..sso.connections import scim_digest
from . import documents, groups, patching, people
from .errors import ScimError, invalid, missing

MOST_AT_ONCE, USUAL_COUNT = 200, 100
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


@method_decorator(csrf_exempt, name="dispatch")
class ScimView(View):
    """Finds the connection by the token, and says what is refused in the form of SCIM."""

    connection: Connection
    http_method_names = ["get", "post", "put", "patch", "delete"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (request.method or "").lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        try:
            self.connection = connection_of(request)
            with transaction.atomic():
                answer: Any = super().dispatch(request, *args, **kwargs)
        except ScimError as error:
            return refused(error)
        except RequestDataTooBig:
            return refused(ScimError(413, "The body is too large."))
        return answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        response = refused(ScimError(405, "The resource has no such method."))
        response["Allow"] = ", ".join(
            name.upper() for name in self.http_method_names if hasattr(self, name)
        )
        return response

    @property
    def base(self) -> str:
        return public(self.request, "/scim/v2")

    def body(self) -> dict[str, Any]:
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise invalid("The body is not JSON.", "invalidSyntax") from error
        if not isinstance(found, dict):
            raise invalid("The body is not an object.", "invalidSyntax")
        return found

    def listed(
        self,
        rows: QuerySet[Any],
        attributes: documents.Attributes,
        shown: Callable[[Any], dict[str, Any]],
    ) -> HttpResponse:
        """A page of the rows that the filter finds."""
        start = max(1, whole(self.request.GET, "startIndex", 1))
        count = min(MOST_AT_ONCE, max(0, whole(self.request.GET, "count", USUAL_COUNT)))
        try:
            if wanted := self.request.GET.get("filter", ""):
                rows = rows.filter(documents.condition(wanted, attributes)).distinct()
            total = rows.count()
            found = [shown(row) for row in rows[start - 1 : start - 1 + count]]
        except (ValueError, TypeError, ValidationError, FieldError, DataError) as error:
            raise invalid("The filter is not understood.", "invalidFilter") from error
        return page(found, total, start)


class PeopleView(ScimView):
    def get(self, request: HttpRequest) -> HttpResponse:
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


class PersonView(ScimView):
    def get(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        return self.shown(person_id)

    def put(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        person = people.person_with_id(self.connection, person_id)
        people.change(person, documents.person_fields(self.body()))
        return self.shown(person_id)

    def patch(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        person = people.person_with_id(self.connection, person_id)
        patching.patch_person(person, patching.operations_in(self.body()))
        return self.shown(person_id)

    def delete(self, request: HttpRequest, person_id: UUID) -> HttpResponse:
        people.remove(people.person_with_id(self.connection, person_id))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def shown(self, person_id: UUID) -> HttpResponse:
        person = people.person_with_id(self.connection, person_id)
        return answer(documents.person_document(person, self.base))


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


class GroupView(ScimView):
    def get(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        return self.shown(group_id)

    def put(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        group, body = groups.group_with_id(self.connection, group_id), self.body()
        groups.rename(group, documents.text(body.get("displayName", "")))
        groups.replace(group, patching.ids_in(body.get("members")))
        return self.shown(group_id)

    def patch(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        group = groups.group_with_id(self.connection, group_id)
        patching.patch_group(group, patching.operations_in(self.body()))
        return self.shown(group_id)

    def delete(self, request: HttpRequest, group_id: UUID) -> HttpResponse:
        groups.remove(groups.group_with_id(self.connection, group_id))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def shown(self, group_id: UUID) -> HttpResponse:
        group = groups.group_with_id(self.connection, group_id)
        return answer(
            documents.group_document(group, self.base, members=with_members(self.request))
        )


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


def connection_of(request: HttpRequest) -> Connection:
    """The connection of the bearer token, while it captures a domain. Raises ScimError 401."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        found = Connection.objects.filter(scim_digest=scim_digest(token.strip()))
        captures = found.filter(domains__approved_at__isnull=False).select_related("team")
        if connection := captures.distinct().first():
            return connection
    raise ScimError(401, "A token of a connection is needed.")


def answer(document: Mapping[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    response = HttpResponse(json.dumps(document), content_type=SCIM_CONTENT_TYPE, status=status)
    if location := document.get("meta", {}).get("location"):
        response["Location"] = location
    return response


def page(found: list[dict[str, Any]], total: int, start: int) -> HttpResponse:
    return answer(
        {
            "schemas": [SchemaURI.LIST_RESPONSE],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(found),
            "Resources": found,
        }
    )


def refused(error: ScimError) -> HttpResponse:
    document = {
        "schemas": [SchemaURI.ERROR],
        "status": str(error.status),
        "detail": error.detail,
        **({"scimType": error.kind} if error.kind else {}),
    }
    response = answer(document, error.status)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def whole(query: Any, name: str, default: int) -> int:
    """A whole number of the query. Raises ScimError."""
    given = query.get(name, "")
    try:
        return int(given) if given and len(given) < 10 else default
    except ValueError as error:
        raise invalid(f"“{name}” is a whole number.") from error


def with_members(request: HttpRequest) -> bool:
    return "members" not in request.GET.get("excludedAttributes", "").split(",")
