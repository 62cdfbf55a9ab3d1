"""Search in a project, as JSON or CSV."""

from typing import Any, ClassVar

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.accounts import audit
from ahnb_platform.api.answers import answer
from ahnb_platform.api.parameters import Parameters
from ahnb_platform.api.permissions import READ
from ahnb_platform.api.schemas import describe, ref
from projects.calls import ProjectView

from .. import queries
from ..export import rows_of
from ..search.pages import MOST_RUNS

DEFAULT_LIMIT = 100


class ProjectRuns(ProjectView):
    """`/projects/<team>/<project>/runs/`."""

    rights: ClassVar = {"GET": READ}
    known = ("q", "order", "limit", "cursor", "format")

    @describe(
        "runs_search",
        {200: ref("Runs")},
        400,
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="metrics.val_loss < 0.3 and …"),
            OpenApiParameter("order", OpenApiTypes.STR, description="-metrics.val_accuracy.max"),
            OpenApiParameter("limit", OpenApiTypes.INT, default=DEFAULT_LIMIT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv"]),
        ],
    )
    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """The runs of the project that match `q`, in `order`."""
        query = Parameters(request.query_params, self.known)
        as_csv = query.choice("format", {"json": False, "csv": True})
        limit = query.integer("limit", None, 1, MOST_RUNS)
        wanted: dict[str, Any] = {
            "q": query.text("q"),
            "order": query.text("order"),
            "cursor": query.text("cursor") or None,
        }
        if as_csv:
            return self._csv(limit, wanted)
        page = queries.search_runs(project=self.project, limit=limit or DEFAULT_LIMIT, **wanted)
        results = [queries.run_summary_document(run) for run in page.runs]
        hints = [] if wanted["cursor"] else self._hints(wanted["q"], wanted["order"])
        return answer(
            {"results": results, "next": page.next_cursor, "total": page.total, "hints": hints}
        )

    def _hints(self, q: str, order: str) -> list[dict[str, Any]]:
        return [
            {
                "pointer": hint.parameter,
                "code": "unknown-name",
                "detail": hint.detail,
                "position": hint.position,
            }
            for hint in queries.search_hints(project=self.project, q=q, order=order)
        ]

    def _csv(self, limit: int | None, wanted: dict[str, Any]) -> HttpResponseBase:
        """All rows, or `limit` of them, sent as they are read."""
        address = self.request.build_absolute_uri("/").rstrip("/")
        rows = rows_of(self.project, limit=limit, address=address, **wanted)
        # The first row is read here, so that a bad query is still answered as one.
        first = next(rows)
        told = {"path": self.project.path, "form": "csv", "q": wanted["q"]}
        team = self.project.team
        audit.record(
            "export.runs", by=self.person, target=self.project, team=team, token=self.token, **told
        )
        response = StreamingHttpResponse(
            _joined(first, rows), content_type="text/csv; charset=utf-8"
        )
        name = f"{self.project.team.slug}-{self.project.slug}-runs.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _joined(first: str, rest: Any) -> Any:
    yield first
    yield from rest
