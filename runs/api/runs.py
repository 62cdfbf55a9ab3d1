"""Make, get, edit, trash and restore a run; its notes; its series."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.accounts.models import Role
from ahnb_platform.api.answers import answer, nothing
from ahnb_platform.api.parameters import BadParameter, Parameters
from ahnb_platform.api.permissions import READ, WRITE
from ahnb_platform.api.schemas import describe, listing, of, ref
from ahnb_platform.errors import Missing

from .. import documents, queries, services
from .. import notes as noted
from ..ingest.events import MOST_ATTEMPTS
from ..models import RunDocument
from ..pages.report import objective_of
from ..pages.words.assemble import words_of
from ..pages.words.reading import record_of
from ..serializers import EDIT, NOTE, START
from .base import RunView

MOST_POINTS = 100_000
MOST_METRICS = 200
_DOCUMENT = {"type": "object", "nullable": True, "additionalProperties": True}


class RunDetail(RunView):
    """`/runs/<run_id>/`."""

    rights: ClassVar = {"PUT": WRITE, "GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    def look_up(self, **kwargs: Any) -> int:
        if self.request.method != "PUT":
            return super().look_up(**kwargs)
        try:
            return super().look_up(**kwargs)
        except Missing:
            queries.refuse_left_over(kwargs["run_id"])
            # It may be made; whether here, the project that the body names will tell.
            return Role.OWNER

    @describe("run_start", {200: ref("Run"), 201: ref("Run")}, 409, 410, body=START.schema())
    def put(self, request: Request, run_id: UUID) -> HttpResponse:
        """Make a run, or get the one that is there; then nothing of the body is applied."""
        fields = self.body(START)
        path = fields.pop("project")
        project = services.project_for_runs(path=path, by=self.person, token=self.token)
        run, created = services.start_run(
            project=project, by=self.person, token=self.token, run_id=run_id, **fields
        )
        queries.completed([run], project)
        return answer(queries.run_document(run), 201 if created else 200)

    @describe("run_get", {200: ref("RunInWords")})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """The run document, with the run in words."""
        words = words_of(record_of(self.run, objective_of(self.run)))
        return answer({**queries.run_document(self.run), "words": words.text})

    @describe("run_edit", {200: ref("Run")}, 410, body=EDIT.schema())
    def patch(self, request: Request, run_id: UUID) -> HttpResponse:
        """Change name, group, tags or notes; what is left out stays."""
        services.edit_run(run=self.run, by=self.person, **self.body(EDIT))
        return answer(queries.run_document(self.run))

    @describe("run_trash", {204: None})
    def delete(self, request: Request, run_id: UUID) -> HttpResponse:
        """Put the run into the trash."""
        services.trash_run(run=self.run, by=self.person)
        return nothing()


class RunRestore(RunView):
    """`/runs/<run_id>/restore/`."""

    rights: ClassVar = {"POST": WRITE}

    @describe("run_restore", {200: ref("Run")})
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Take the run out of the trash."""
        services.restore_run(run=self.run, by=self.person)
        return answer(queries.run_document(self.run))


class RunRecord(RunView):
    """`/runs/<run_id>/record/`."""

    rights: ClassVar = {"GET": READ}

    @describe("run_record", {200: of(**dict.fromkeys(RunDocument.KINDS, _DOCUMENT))})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """The whole record: model, environment, data, code and summary; null where none is."""
        found = queries.documents_of(self.run)
        return answer({kind: found.get(kind) for kind in RunDocument.KINDS})


class RunNotes(RunView):
    """`/runs/<run_id>/notes/`."""

    rights: ClassVar = {"GET": READ, "POST": WRITE}

    @describe("notes_list", {200: listing(ref("Note"))})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """All notes of the run, in the order of their times."""
        notes = [documents.note_document(note) for note in noted.notes_of(self.run)]
        return answer({"results": notes, "next": None, "total": len(notes)})

    @describe("note_add", {201: ref("Note")}, 410, body=NOTE.schema())
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Write a note on the run, or on one of its steps."""
        note = noted.add_note(run=self.run, by=self.person, **self.body(NOTE))
        note.user = self.person
        return answer(documents.note_document(note), 201)


class RunSeries(RunView):
    """`/runs/<run_id>/series/`."""

    rights: ClassVar = {"GET": READ}
    known = ("metric", "points", "from", "to", "attempt", "time")

    @describe(
        "series_get",
        {200: of(metrics={"type": "object", "additionalProperties": ref("Series")})},
        400,
        parameters=[
            OpenApiParameter("metric", OpenApiTypes.STR, many=True, required=True),
            OpenApiParameter("points", OpenApiTypes.INT, default=1500),
            OpenApiParameter("from", OpenApiTypes.DOUBLE),
            OpenApiParameter("to", OpenApiTypes.DOUBLE),
            OpenApiParameter("attempt", OpenApiTypes.INT),
            OpenApiParameter("time", OpenApiTypes.STR, enum=["0", "1"]),
        ],
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """Metrics over their steps, with at most `points` entries each."""
        query = Parameters(request.query_params, self.known)
        names = query.texts("metric", MOST_METRICS)
        if not names:
            raise BadParameter("metric", "Name at least one metric.")
        found = queries.series_for(
            self.run,
            names,
            points=query.integer("points", 1500, 1, MOST_POINTS) or 1500,
            start=query.number("from"),
            stop=query.number("to"),
            attempt=query.integer("attempt", None, 0, MOST_ATTEMPTS),
            with_times=query.choice("time", {"0": False, "1": True}),
        )
        return answer({"metrics": found})
