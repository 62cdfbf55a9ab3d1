"""URLs of the pages of runs."""

from django.urls import path

from . import views

app_name = "runs"
urlpatterns = [
    path("runs/<uuid:run_id>/", views.run, name="run"),
    path("runs/<uuid:run_id>/live/", views.live, name="live"),
    path("runs/<uuid:run_id>/series/", views.series, name="series"),
    path("runs/<uuid:run_id>/edit/", views.edit, name="edit"),
    path("runs/<uuid:run_id>/notes/", views.add_note, name="note-add"),
    path("runs/<uuid:run_id>/place/", views.change_place, name="place"),
]
