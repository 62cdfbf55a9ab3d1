"""URLs of the pages of runs."""

from django.urls import path

from .views import charts, difference, edit, model, notes, run

app_name = "runs"
urlpatterns = [
    path("runs/<uuid:run_id>/", run.run, name="run"),
    path("runs/<uuid:run_id>/live/", run.live, name="live"),
    path("runs/<uuid:run_id>/charts/", charts.charts, name="charts"),
    path("runs/<uuid:run_id>/marks/", charts.marks, name="marks"),
    path("runs/<uuid:run_id>/series/", run.series, name="series"),
    path("runs/<uuid:run_id>/model/", model.model, name="model"),
    path("runs/<uuid:run_id>/graph/", model.graph, name="graph"),
    path("runs/<uuid:run_id>/difference/", difference.difference, name="difference"),
    path("runs/<uuid:run_id>/edit/", edit.edit, name="edit"),
    path("runs/<uuid:run_id>/notes/", notes.notes, name="notes"),
    path("runs/<uuid:run_id>/notes/<uuid:note_id>/", notes.note, name="note"),
    path("runs/<uuid:run_id>/place/", edit.change_place, name="place"),
]
