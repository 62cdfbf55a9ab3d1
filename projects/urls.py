"""URLs of the pages of projects."""

from django.urls import URLPattern, URLResolver, include, path

from .views import bulk, export, home, settings, summary

app_name = "projects"
below_project: list[URLPattern | URLResolver] = [
    path("", summary.summary, name="summary"),
    path("charts/", summary.charts, name="charts"),
    path("curves/", summary.curves, name="curves"),
    path("runs.csv", export.runs_csv, name="runs-csv"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("", include("projects.settings_urls")),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/new/", settings.new_project, name="new"),
    path("projects/<slug:team_slug>/<slug:project_slug>/", include(below_project)),
]
