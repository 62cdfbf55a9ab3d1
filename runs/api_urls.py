"""URLs of the API of runs."""

from django.urls import URLPattern, URLResolver, path

from .api.batches import RunBatches
from .api.prefix import RunsByPrefix
from .api.runs import RunDetail, RunNotes, RunRecord, RunRestore, RunSeries
from .api.search import ProjectRuns

app_name = "runs-api"
urlpatterns: list[URLPattern | URLResolver] = [
    # First: every batch of points passes here.
    path("runs/<uuid:run_id>/batches/", RunBatches.as_view(), name="batches"),
    path("runs/", RunsByPrefix.as_view(), name="by-prefix"),
    path("runs/<uuid:run_id>/", RunDetail.as_view(), name="run"),
    path("runs/<uuid:run_id>/restore/", RunRestore.as_view(), name="restore"),
    path("runs/<uuid:run_id>/record/", RunRecord.as_view(), name="record"),
    path("runs/<uuid:run_id>/series/", RunSeries.as_view(), name="series"),
    path("runs/<uuid:run_id>/notes/", RunNotes.as_view(), name="notes"),
    path("projects/<slug:team>/<slug:project>/runs/", ProjectRuns.as_view(), name="search"),
]
