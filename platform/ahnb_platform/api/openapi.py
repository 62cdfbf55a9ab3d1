"""The OpenAPI schema of the API, for any valid token."""

from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from . import me, schemas
from .answers import dumps
from .permissions import ANY_TOKEN
from .views import ApiView

# The apps state their documents beside the code that makes them.
MODULES = ("projects.serializers", "runs.serializers")


class Schema(ApiView):
    """`/schema/`."""

    rights: ClassVar = {"GET": ANY_TOKEN}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """OpenAPI 3.0 as JSON."""
        return HttpResponse(_schema(), content_type="application/json")


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: put the named schemas into the document."""
    found: dict[str, Any] = {}
    for module in (schemas, me, *map(import_module, MODULES)):
        found.update(module.COMPONENTS)
    result.setdefault("components", {})["schemas"] = found
    return result


@cache
def _schema() -> bytes:
    return dumps(SchemaGenerator().get_schema(request=None, public=True))
