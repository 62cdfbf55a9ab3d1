"""What the endpoints share. The token of a connection is all that counts; cookies are not read."""

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

from ahnb_platform.accounts.addresses import public
from ahnb_platform.accounts.secret import digest_of

from ..models import Connection
from . import documents, patching
from .errors import ScimError, invalid

MOST_AT_ONCE, USUAL_COUNT = 200, 100


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


class ResourceView(ScimView):
    """One row; what is changed is read again, so that the answer tells all of it."""

    found: Callable[[], Any]
    document: Callable[[Any], dict[str, Any]]
    replace: Callable[[Any, dict[str, Any]], None]
    change: Callable[[Any, list[patching.Operation]], None]
    remove: Callable[[Any], None]

    @property
    def key(self) -> UUID:
        """The one argument of the route."""
        (key,) = self.kwargs.values()
        return UUID(str(key))

    def get(self, request: HttpRequest, **_: UUID) -> HttpResponse:
        return answer(self.document(self.found()))

    def put(self, request: HttpRequest, **key: UUID) -> HttpResponse:
        self.replace(self.found(), self.body())
        return self.get(request, **key)

    def patch(self, request: HttpRequest, **key: UUID) -> HttpResponse:
        self.change(self.found(), patching.operations_in(self.body()))
        return self.get(request, **key)

    def delete(self, request: HttpRequest, **_: UUID) -> HttpResponse:
        self.remove(self.found())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


def connection_of(request: HttpRequest) -> Connection:
    """The connection of the bearer token, while it captures a domain. Raises ScimError 401."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        found = Connection.objects.filter(scim_digest=digest_of(token.strip()))
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
