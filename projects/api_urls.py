"""URLs of the API of projects."""

from django.urls import URLPattern, URLResolver, path

from .api import ProjectDetail, ProjectList, ProjectRestore

app_name = "projects-api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", ProjectList.as_view(), name="projects"),
    path("projects/<slug:team>/<slug:project>/", ProjectDetail.as_view(), name="project"),
    path("projects/<slug:team>/<slug:project>/restore/", ProjectRestore.as_view(), name="restore"),
]
