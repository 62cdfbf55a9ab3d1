"""The model of a run: a page of its layers, and its graph."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..pages.architecture.card import Asked, card_of
from ..pages.architecture.picture import picture_of

MOST_DIGITS = 9


class LayersForm(forms.Form):
    """Which layers are asked for; what is no number counts as not given."""

    page = forms.IntegerField(min_value=1, required=False)
    find = forms.CharField(max_length=255, required=False)
    at = forms.IntegerField(min_value=0, required=False)


class GraphForm(forms.Form):
    """Whose graph, and whether long chains are left as they are."""

    of = forms.IntegerField(min_value=0, required=False)
    whole = forms.BooleanField(required=False)


@require_GET
def model(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The model; for htmx only the table of its layers."""
    run = queries.run_for_user(request.user, run_id)
    given = _given(LayersForm(request.GET))
    asked = Asked(given.get("page") or 1, given.get("find") or "", given.get("at"))
    context: dict[str, Any] = {"run": run, "card": card_of(queries.model_of(run), asked)}
    name = "runs/_layers.html" if request.htmx else "runs/model.html"
    return render(request, name, context)


@require_GET
def graph(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The graph of the model or of one within it: a page, for htmx only the drawing."""
    run = queries.run_for_user(request.user, run_id)
    given = _given(GraphForm(request.GET))
    picture = picture_of(queries.model_of(run), given.get("of"), whole=bool(given.get("whole")))
    name = "runs/_graph.html" if request.htmx else "runs/graph.html"
    return render(request, name, {"run": run, "picture": picture})


def _given(form: forms.Form) -> dict[str, Any]:
    form.is_valid()
    return form.cleaned_data
