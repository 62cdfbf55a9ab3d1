"""The one call that takes in points and events."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from ahnb_platform.api.answers import answer
from ahnb_platform.api.bodies import INGEST, read_json
from ahnb_platform.api.permissions import WRITE
from ahnb_platform.api.schemas import describe, ref
from ahnb_platform.api.views import ApiView
from ahnb_platform.errors import Gone, Missing
from ahnb_platform.monitoring.counting import count_batch
from projects.queries import refuse_writing

from .. import services
from ..closed import Purged, refuse_purged
from ..ingest.target import Target, ingest_target
from ..serializers import BATCH
from .grace import GraceAuthentication


class RunBatches(ApiView):
    """`/runs/<run_id>/batches/`."""

    authentication_classes = [GraceAuthentication]
    rights: ClassVar = {"POST": WRITE}
    target: Target

    def look_up(self, **kwargs: Any) -> int:
        self.target = ingest_target(self.person, kwargs["run_id"], within=self.token.project_id)
        if self.target.project_trashed_at is not None:
            refuse_writing(self.target.project_trashed_at, self.target.role)
            raise Missing
        return self.target.role

    @describe("batch_store", {200: ref("Receipt")}, 409, 410, body=BATCH)
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Store a batch exactly once."""
        if self.target.trashed_at is not None:
            raise Gone("The run lies in the trash; restore it first.", code="run-trashed")
        if self.target.purged_at is not None:
            raise Purged
        batch = read_json(request._request, INGEST)
        try:
            receipt = services.store_batch(run=self.target.key, batch=batch, by=self.person)
        except Missing:
            refuse_purged(run_id)  # since it was looked up
            raise
        count_batch(batch, receipt, int(request.META.get("CONTENT_LENGTH") or 0))
        return answer(receipt)
