"""URLs of the pages of runs."""

from django.urls import path

from .views import (
    archive,
    charts,
    difference,
    edit,
    files,
    freezing,
    media,
    model,
    notes,
    params,
    quotes,
    rules,
    run,
)

app_name = "runs"
urlpatterns = [
    path("findings/rules/", rules.rules, name="rules"),
    path("findings/rules/<slug:rule>/", rules.rule, name="rule"),
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
    path("runs/<uuid:run_id>/media/", media.media, name="media"),
    path("runs/<uuid:run_id>/media/item/", media.media_item, name="media-item"),
    path("runs/<uuid:run_id>/media/<uuid:media_id>.png", media.image, name="media-image"),
    path("runs/<uuid:run_id>/files/", files.files, name="files"),
    path("runs/<uuid:run_id>/files/<uuid:artifact_id>/", files.file, name="file"),
    path("runs/<uuid:run_id>/files/<uuid:artifact_id>/image/", files.image, name="file-image"),
    path("runs/<uuid:run_id>/params/", params.params, name="params"),
    path("runs/<uuid:run_id>/place/", edit.change_place, name="place"),
    path("runs/<uuid:run_id>/metrics/", quotes.metrics, name="metrics"),
    path("runs/<uuid:run_id>/metrics/<path:metric>/", quotes.metric, name="metric"),
    path("runs/<uuid:run_id>/quotes/", quotes.quotes, name="quotes"),
    path("runs/<uuid:run_id>/quotes/<int:quote_number>/", quotes.quote, name="quote"),
    path("runs/<uuid:run_id>/archive.zip", archive.archive, name="archive"),
    path("runs/<uuid:run_id>/page.html", archive.static_page, name="static-page"),
    path("runs/<uuid:run_id>/freeze/", freezing.freeze, name="freeze"),
    path("runs/<uuid:run_id>/unfreeze/", freezing.unfreeze, name="unfreeze"),
]
