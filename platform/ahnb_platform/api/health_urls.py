"""URLs that tell how the server is, and the end of the API: every other path under /api/."""

from django.urls import URLPattern, URLResolver, path, re_path

from .health import Metrics, healthz, readyz
from .views import unknown_path

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", Metrics.as_view(), name="metrics"),
    re_path(r"^api(?:/|$)", unknown_path, name="api-unknown"),
]
