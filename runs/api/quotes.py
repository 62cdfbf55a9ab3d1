"""Values of metrics as they are quoted."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.accounts.models import Role, Scope
from ahnb_platform.api.answers import answer
from ahnb_platform.api.parameters import BadParameter, Parameters
from ahnb_platform.api.permissions import READ, Right
from ahnb_platform.api.schemas import describe, listing, ref
from ahnb_platform.errors import Invalid

from ..models import Quote
from ..quotes.documents import document_of, handed_out
from ..quotes.forms import FORMS
from ..quotes.models import Via
from ..quotes.queries import environment_of, quotes_of
from ..quotes.services import take_quote
from ..quotes.values import PARTS, STEP, Choice, value_of
from ..serializers import QUOTE
from .base import RunView

MOST = 1000


class _Quotes(RunView):
    def whole(self, document: dict[str, Any], taken: Quote | None) -> dict[str, Any]:
        """With whole addresses, and written in every form but JSON, which it is."""
        server = settings.PUBLIC_URL or self.request.build_absolute_uri("/").rstrip("/")
        found = handed_out(document, server, taken)
        forms = {name: write(found) for name, (_, write) in FORMS.items() if name != "json"}
        return {**found, "forms": forms}


class RunQuote(_Quotes):
    """`/runs/<run_id>/quote/`."""

    rights: ClassVar = {"GET": READ}

    @describe(
        "quote_get",
        {200: ref("Quote")},
        400,
        parameters=[
            OpenApiParameter("metric", OpenApiTypes.STR, required=True),
            OpenApiParameter("part", OpenApiTypes.STR, enum=PARTS),
            OpenApiParameter("step", OpenApiTypes.DOUBLE),
        ],
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """What a quote would say now; nothing is recorded."""
        query = Parameters(request.query_params, ("metric", "part", "step"))
        step = query.number("step")
        if step is not None and step < 0:
            raise BadParameter("step", "A step is a number from 0 on.")
        part = query.choice("part", {name: name for name in PARTS})
        choice = Choice(part) if step is None else Choice(STEP, step)
        found = value_of(self.run, query.text("metric"), choice)
        at, environment = timezone.now(), environment_of(self.run)
        document = document_of(self.run, found, at=at, environment=environment)
        return answer(self.whole(document, None))


class RunQuotes(_Quotes):
    """`/runs/<run_id>/quotes/`."""

    # Whoever may read a run may quote it.
    rights: ClassVar = {"GET": READ, "POST": Right(Scope.RUNS_WRITE, Role.READER)}

    @describe("quotes_list", {200: listing(ref("Quote"))})
    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """The newest quotes of the run, as they were taken."""
        found = list(quotes_of(self.run)[:MOST])
        results = [self.whole(quote.document, quote) for quote in found]
        return answer({"results": results, "next": None, "total": found[0].number if found else 0})

    @describe("quote_take", {201: ref("Quote")}, 410, body=QUOTE.schema())
    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        """Quote a value: it is recorded who took it, and what it was."""
        fields = self.body(QUOTE)
        step = fields.get("step")
        if step is not None and step < 0:
            raise Invalid("A step is a number from 0 on.", code="bad-step")
        choice = Choice(fields.get("part", PARTS[0])) if step is None else Choice(STEP, step)
        taken = take_quote(
            run=self.run, by=self.person, metric=fields["metric"], choice=choice, via=Via.API
        )
        return answer(self.whole(taken.document, taken), 201)
