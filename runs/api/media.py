"""`/runs/<run_id>/media/`: what a run logged by step beside numbers."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.api.answers import answer
from ahnb_platform.api.parameters import Parameters
from ahnb_platform.api.permissions import READ
from ahnb_platform.api.schemas import describe, listing, ref

from ..ingest.numbers import LARGEST_STEP
from ..media.store import entry_of, listed, names_of
from .base import RunView

MOST = 100


class RunMediaView(RunView):
    """Names, and what lies under one of them."""

    rights: ClassVar = {"GET": READ}
    known = ("name", "from", "limit")

    @describe(
        "media_list",
        {200: listing(ref("Media"))},
        400,
        parameters=[
            OpenApiParameter("name", OpenApiTypes.STR),
            OpenApiParameter("from", OpenApiTypes.INT, default=0),
            OpenApiParameter("limit", OpenApiTypes.INT, default=20),
        ],
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """Without `name` what there is; with it the media from a step on, whole."""
        query = Parameters(request.query_params, self.known)
        names = query.texts("name", 1)
        start = query.integer("from", 0, 0, LARGEST_STEP) or 0
        limit = query.integer("limit", 20, 1, MOST) or 20
        if not names:
            found = [
                {"name": one.name, "count": one.count, "first_step": one.first_step}
                | {"last_step": one.last_step}
                for one in names_of(self.run)
            ]
            return answer({"results": found, "next": None, "total": len(found)})
        media = listed(self.run, names[0], start, limit)
        results = [{**entry_of(one), **one.data} for one in media]
        return answer({"results": results, "next": None, "total": len(results)})
