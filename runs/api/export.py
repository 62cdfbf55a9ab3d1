"""A run to take away."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.api.parameters import Parameters
from ahnb_platform.api.permissions import READ
from ahnb_platform.api.schemas import describe

from ..archive.archive import archive_of
from ..archive.page import page_of
from ..archive.recorded import record_export
from .base import RunView

FORMATS: dict[str, Any] = {
    "zip": (archive_of, "application/zip"),
    "html": (page_of, "text/html; charset=utf-8"),
}


class RunExport(RunView):
    """`/runs/<run_id>/export/`."""

    rights: ClassVar = {"GET": READ}

    @describe(
        "run_export",
        {200: {"type": "string", "format": "binary"}},
        400,
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=list(FORMATS))],
    )
    def get(self, request: Request, run_id: UUID) -> StreamingHttpResponse:
        """All that is recorded of the run: a zip of JSON and CSV, or one page of HTML."""
        query = Parameters(request.query_params, ("format",))
        ending = query.choice("format", {name: name for name in FORMATS})
        write, kind = FORMATS[ending]
        record_export(self.person, run_id, ending, self.token)
        server = settings.PUBLIC_URL or self.request.build_absolute_uri("/").rstrip("/")
        parts = write(self.person, run_id, server=server, within=self.token.project_id)
        name = f'attachment; filename="run-{run_id}.{ending}"'
        headers = {"Content-Disposition": name}
        return StreamingHttpResponse(parts, content_type=kind, headers=headers)
