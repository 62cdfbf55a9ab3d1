"""Freeze a run and unfreeze it."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from ahnb_platform.accounts.models import Role, Scope
from ahnb_platform.api.answers import answer
from ahnb_platform.api.permissions import WRITE, Right
from ahnb_platform.api.schemas import describe, ref

from .. import freezing, queries
from ..serializers import FREEZE, UNFREEZE
from .base import RunView


class RunFreeze(RunView):
    """`/runs/<run_id>/freeze/`."""

    rights: ClassVar = {"POST": WRITE}

    @describe("run_freeze", {200: ref("Run")}, 410, body=FREEZE.schema())
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Let the run take no more points, events or changes."""
        freezing.freeze_run(run=self.run, by=self.person, **self.body(FREEZE))
        return answer(queries.run_document(self.run))


class RunUnfreeze(RunView):
    """`/runs/<run_id>/unfreeze/`."""

    rights: ClassVar = {"POST": Right(Scope.RUNS_WRITE, Role.OWNER)}

    @describe("run_unfreeze", {200: ref("Run")}, body=UNFREEZE.schema())
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Take changes again, for the reason that is stated."""
        freezing.unfreeze_run(run=self.run, by=self.person, **self.body(UNFREEZE))
        return answer(queries.run_document(self.run))
