"""URLs of the pages of projects."""

from django.urls import include, path

from .views.home import home

app_name = "projects"
urlpatterns = [
    path("", home, name="home"),
    path(
        "projects/<slug:team_slug>/<slug:project_slug>/",
        include("projects.settings_urls"),
    ),
]
