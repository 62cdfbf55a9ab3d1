"""URLs of the pages of projects."""

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    bulk,
    compare,
    complete,
    drawn,
    export,
    findings,
    front,
    groups,
    home,
    insights,
    notes,
    numbered,
    settings,
    storage,
    summary,
    transfers,
    trash,
    versions,
    views,
)

app_name = "projects"
below_project: list[URLPattern | URLResolver] = [
    path("", summary.summary, name="summary"),
    path("charts/", drawn.charts, name="charts"),
    path("compare/", compare.compare, name="compare"),
    path("complete/", complete.complete, name="complete"),
    path("curves/", drawn.curves, name="curves"),
    path("runs/<int:number>/", numbered.run_by_number, name="run-by-number"),
    path("runs.csv", export.runs_csv, name="runs-csv"),
    path("insights/", insights.insights, name="insights"),
    path("notes/", notes.notes, name="notes"),
    path("findings/", findings.findings, name="findings"),
    path("activity/", front.activity, name="activity"),
    path("storage/", storage.storage, name="storage"),
    path("export/", export.export, name="export"),
    path("table.<slug:ending>", export.table_file, name="table-file"),
    path("groups/runs/", groups.group_runs, name="group-runs"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<int:version_number>/", versions.version, name="version"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("views/", views.views, name="views"),
    path("views/<int:view_id>/", views.open_view, name="view"),
    path("views/<int:view_id>/change/", views.change_view, name="change-view"),
    path("", include("projects.settings_urls")),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("teams/<slug:team_slug>/storage/", storage.team_storage, name="team-storage"),
    path("teams/<slug:team_slug>/quota/", storage.set_team_quota, name="team-quota"),
    path("projects/new/", settings.new_project, name="new"),
    path("teams/<slug:team_slug>/offers/", transfers.offers, name="offers"),
    path("teams/<slug:team_slug>/offers/<int:offer_id>/", transfers.answer_offer, name="offer"),
    path("teams/<slug:team_slug>/trash/", trash.team_trash, name="team-trash"),
    path("teams/<slug:team_slug>/trash/<int:trashed_id>/", trash.trashed, name="trashed"),
    path("projects/<slug:team_slug>/<slug:project_slug>/", include(below_project)),
]
