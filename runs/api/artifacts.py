"""Files of a run: list, attach, download."""

import re
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework.request import Request

from ahnb_platform.api.answers import answer
from ahnb_platform.api.bodies import stated_length
from ahnb_platform.api.parameters import BadParameter, Parameters
from ahnb_platform.api.permissions import READ, WRITE
from ahnb_platform.api.schemas import describe, listing, of, ref

from ..artifacts import reading, services, serving
from ..artifacts.incoming import received
from ..artifacts.names import clean_artifact_name
from .base import RunView

LARGEST_STEP = 2**53 - 1
MOST_ROWS = 1000
SHA256 = re.compile(r"[0-9a-f]{64}")
_BINARY = {"type": "string", "format": "binary"}
_BYTES = {"type": "integer", "minimum": 0}
_LIMITS = of(file_bytes=_BYTES, project_bytes={**_BYTES, "nullable": True}, used_bytes=_BYTES)
_NAME = OpenApiParameter("name", OpenApiTypes.STR, required=True)
_STEP = OpenApiParameter("step", OpenApiTypes.INT)
_HASH = OpenApiParameter("sha256", OpenApiTypes.STR)


class RunArtifacts(RunView):
    """`/runs/<run_id>/artifacts/`."""

    rights: ClassVar = {"GET": READ, "PUT": WRITE}

    @describe(
        "artifacts_list",
        {200: listing(ref("Artifact"), limits=_LIMITS)},
        400,
        parameters=[
            OpenApiParameter("name", OpenApiTypes.STR),
            OpenApiParameter("limit", OpenApiTypes.INT, default=100),
            OpenApiParameter("cursor", OpenApiTypes.UUID),
        ],
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """The files of the run, every version its own entry, the latest first."""
        query = Parameters(request.query_params, ("name", "limit", "cursor"))
        name = query.text("name")
        page = reading.artifacts_page(
            self.run,
            name=clean_artifact_name(name) if name else "",
            limit=query.integer("limit", 100, 1, MOST_ROWS) or 100,
            cursor=_cursor(query.text("cursor", longest=64)),
        )
        found = [reading.artifact_document(artifact) for artifact in page.artifacts]
        limits = services.limits_of(self.run.project_id)
        listed = {"results": found, "next": page.next_cursor, "total": page.total}
        return answer(listed | {"limits": limits})

    @extend_schema(request=OpenApiRequest(_BINARY))
    @describe(
        "artifact_put",
        {200: ref("Artifact"), 201: ref("Artifact")},
        *(400, 409, 410, 411, 413, 507),
        parameters=[_NAME, _STEP, _HASH],
    )
    def put(self, request: Request, run_id: UUID) -> HttpResponse:
        """Attach a file: the body is its bytes. 201 for a new version, 200 for a repeat."""
        query = Parameters(request.query_params, ("name", "step", "sha256"))
        name = clean_artifact_name(query.text("name"))
        step = query.integer("step", None, 0, LARGEST_STEP)
        stated = query.text("sha256", longest=64).lower()
        if stated and not SHA256.fullmatch(stated):
            raise BadParameter("sha256", "64 hexadecimal digits are wanted.")
        length = stated_length(request._request)
        services.check_room(run=self.run, length=length, sha256=stated)
        with received(request._request, length, sha256=stated) as file:
            artifact, is_new = services.attach(
                run=self.run, by=self.person, name=name, file=file, step=step
            )
        return answer(reading.artifact_document(artifact), 201 if is_new else 200)


class RunArtifact(RunView):
    """`/runs/<run_id>/artifacts/<artifact_id>/`."""

    rights: ClassVar = {"GET": READ}

    @describe("artifact_get", {(200, "application/octet-stream"): _BINARY})  # type: ignore[dict-item]
    def get(self, request: Request, run_id: UUID, artifact_id: UUID) -> HttpResponseBase:
        """The bytes of a file, as an attachment; a range of them where one is asked."""
        artifact = reading.artifact_of(self.run, artifact_id)
        return serving.download(request._request, artifact)


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadParameter("cursor", "No cursor of this listing.") from None
