"""URLs below a project: settings and sharing. The arguments are `team_slug` and `project_slug`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
