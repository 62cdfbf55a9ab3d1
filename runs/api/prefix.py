"""Which run is meant by the beginning of an id."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.api.answers import answer
from ahnb_platform.api.parameters import BadParameter, Parameters
from ahnb_platform.api.permissions import READ
from ahnb_platform.api.schemas import describe, of
from ahnb_platform.api.views import ApiView

from .. import queries

DIGITS = 32
MOST_FOUND = 20
_PREFIX = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
_FOUND = of(
    id={"type": "string", "format": "uuid"},
    number={"type": "integer"},
    project={"type": "string"},
)


class RunsByPrefix(ApiView):
    """`/runs/`."""

    rights: ClassVar = {"GET": READ}
    known = ("id",)

    @describe(
        "runs_by_prefix",
        {200: of(results={"type": "array", "items": _FOUND})},
        400,
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, required=True)],
    )
    def get(self, request: Request, **_: Any) -> HttpResponse:
        """The runs whose ids begin so, in every project that the token sees; the first 20."""
        low, high = _range(Parameters(request.query_params, self.known).text("id"))
        found = queries.runs_by_prefix(
            self.person, low, high, limit=MOST_FOUND, within=self.token.project_id
        )
        results = [
            {"id": str(run_id), "number": number, "project": project}
            for run_id, number, project in found
        ]
        return answer({"results": results})


def _range(prefix: str) -> tuple[UUID, UUID]:
    """The smallest and the greatest id that begin so; dashes do not count."""
    digits = prefix.lower().replace("-", "")
    if not _PREFIX.fullmatch(digits):
        raise BadParameter("id", f"The first 4 to {DIGITS} hexadecimal digits are wanted.")
    return UUID(digits.ljust(DIGITS, "0")), UUID(digits.ljust(DIGITS, "f"))
