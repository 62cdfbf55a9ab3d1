"""URLs of the pages of runs."""

from django.urls import path

from .views import edit, run

app_name = "runs"
urlpatterns = [
    path("runs/<uuid:run_id>/", run.run, name="run"),
    path("runs/<uuid:run_id>/live/", run.live, name="live"),
    path("runs/<uuid:run_id>/series/", run.series, name="series"),
    path("runs/<uuid:run_id>/edit/", edit.edit, name="edit"),
    path("runs/<uuid:run_id>/notes/", edit.add_note, name="note-add"),
    path("runs/<uuid:run_id>/place/", edit.change_place, name="place"),
]
