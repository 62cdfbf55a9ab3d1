"""What was found in runs, what of it is muted, and whether a run repeats another."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.api.answers import answer, nothing
from ahnb_platform.api.parameters import Parameters
from ahnb_platform.api.permissions import READ, WRITE
from ahnb_platform.api.schemas import describe, ref
from ahnb_platform.errors import Invalid, Missing
from projects.calls import ProjectView

from .. import queries
from ..linting.documents import finding_document, mute_document, repeats_document
from ..linting.lint import MOST_FINDINGS
from ..linting.models import LONGEST_RULE
from ..linting.muting import MOST_MUTES, mute_of, mute_rule, mutes_of, unmute
from ..linting.queries import Wanted, asked, findings_of_run, search_findings, with_mutes
from ..linting.repeats import repeats_of
from ..models import Run, Severity
from ..serializers import MUTE
from .base import RunView

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1_000
SEVERITIES = {"": None, **{one.label: int(one) for one in Severity}}
MUTED = {"": None, "0": False, "1": True}
ASKED = [
    OpenApiParameter("rule", OpenApiTypes.STR),
    OpenApiParameter("severity", OpenApiTypes.STR, enum=Severity.labels),
    OpenApiParameter("muted", OpenApiTypes.STR, enum=["0", "1"]),
]


class RunFindings(RunView):
    """`/runs/<run_id>/findings/`."""

    rights: ClassVar = {"GET": READ}

    @describe("run_findings", {200: ref("Findings")})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """What was found in the run, the worst first."""
        rows = with_mutes(findings_of_run(self.run))[:MOST_FINDINGS]
        results = [finding_document(one) for one in rows]
        return answer({"results": results, "next": None, "total": len(results)})


class RunRepeats(RunView):
    """`/runs/<run_id>/repeats/`."""

    rights: ClassVar = {"GET": READ}

    @describe("run_repeats", {200: ref("Repeats")})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """The earlier runs of the very same configuration, the newest first."""
        return answer(repeats_document(repeats_of(self.run)))


class ProjectFindings(ProjectView):
    """`/projects/<team>/<project>/findings/`."""

    rights: ClassVar = {"GET": READ}
    known = ("rule", "severity", "muted", "limit", "cursor")

    @describe(
        "project_findings",
        {200: ref("Findings")},
        400,
        parameters=[
            *ASKED,
            OpenApiParameter("limit", OpenApiTypes.INT, default=DEFAULT_LIMIT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
    )
    def get(self, request: Request, **_: Any) -> HttpResponse:
        """What was found in the project's runs, the newest first."""
        query = Parameters(request.query_params, self.known)
        wanted = Wanted(
            rule=query.text("rule", longest=LONGEST_RULE),
            severity=query.choice("severity", SEVERITIES),
            is_muted=query.choice("muted", MUTED),
        )
        limit = query.integer("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT) or DEFAULT_LIMIT
        page = search_findings(self.project, wanted, cursor=query.text("cursor"), limit=limit)
        return answer(
            {
                "results": [finding_document(one) for one in page.findings],
                "next": page.next_cursor or None,
                "total": asked(self.project, wanted).count(),
            }
        )


class ProjectMutes(ProjectView):
    """`/projects/<team>/<project>/mutes/`."""

    rights: ClassVar = {"GET": READ, "POST": WRITE}

    @describe("mutes_list", {200: ref("Mutes")})
    def get(self, request: Request, **_: Any) -> HttpResponse:
        """The rules that are muted, by rule."""
        results = [mute_document(mute) for mute in mutes_of(self.project)[:MOST_MUTES]]
        return answer({"results": results, "next": None, "total": len(results)})

    @describe("mute_add", {201: ref("Mute")}, body=MUTE.schema())
    def post(self, request: Request, **_: Any) -> HttpResponse:
        """Tell no more of a rule, in one run or in all; a repeat changes the reason."""
        fields = self.body(MUTE)
        run = self._run(fields.pop("run", None))
        mute = mute_rule(project=self.project, by=self.person, run=run, **fields)
        mute.user = self.person
        return answer(mute_document(mute), 201)

    def _run(self, text: str | None) -> Run | None:
        """The run of the project that the body names."""
        if text is None:
            return None
        try:
            run = queries.run_for_user(self.person, UUID(text), within=self.project.pk)
        except (ValueError, Missing) as error:
            raise Invalid("The project has no such run.", code="no-run") from error
        return run


class ProjectMute(ProjectView):
    """`/projects/<team>/<project>/mutes/<mute_id>/`."""

    rights: ClassVar = {"DELETE": WRITE}

    @describe("mute_remove", {204: None})
    def delete(self, request: Request, mute_id: UUID, **_: Any) -> HttpResponse:
        """Tell of the rule again."""
        unmute(project=self.project, mute=mute_of(self.project, mute_id), by=self.person)
        return nothing()
