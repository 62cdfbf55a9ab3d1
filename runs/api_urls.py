"""URLs of the API of runs."""

from django.urls import URLPattern, URLResolver, path

from .api.artifacts import RunArtifact, RunArtifacts
from .api.batches import RunBatches
from .api.export import RunExport
from .api.findings import (
    ProjectFindings,
    ProjectMute,
    ProjectMutes,
    RunFindings,
    RunRepeats,
)
from .api.freezing import RunFreeze, RunUnfreeze
from .api.media import RunMediaView
from .api.prefix import RunsByPrefix
from .api.quotes import RunQuote, RunQuotes
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
    path("runs/<uuid:run_id>/findings/", RunFindings.as_view(), name="findings"),
    path("runs/<uuid:run_id>/repeats/", RunRepeats.as_view(), name="repeats"),
    path("runs/<uuid:run_id>/quote/", RunQuote.as_view(), name="quote"),
    path("runs/<uuid:run_id>/quotes/", RunQuotes.as_view(), name="quotes"),
    path("runs/<uuid:run_id>/export/", RunExport.as_view(), name="export"),
    path("runs/<uuid:run_id>/freeze/", RunFreeze.as_view(), name="freeze"),
    path("runs/<uuid:run_id>/unfreeze/", RunUnfreeze.as_view(), name="unfreeze"),
    path("runs/<uuid:run_id>/media/", RunMediaView.as_view(), name="media"),
    path("runs/<uuid:run_id>/artifacts/", RunArtifacts.as_view(), name="artifacts"),
    path(
        "runs/<uuid:run_id>/artifacts/<uuid:artifact_id>/", RunArtifact.as_view(), name="artifact"
    ),
    path(
        "projects/<slug:team>/<slug:project>/findings/",
        ProjectFindings.as_view(),
        name="project-findings",
    ),
    path("projects/<slug:team>/<slug:project>/mutes/", ProjectMutes.as_view(), name="mutes"),
    path(
        "projects/<slug:team>/<slug:project>/mutes/<uuid:mute_id>/",
        ProjectMute.as_view(),
        name="mute",
    ),
    path("projects/<slug:team>/<slug:project>/runs/", ProjectRuns.as_view(), name="search"),
]
