"""URLs that tell how the server is, and the end of the API: every other path under /api/."""

from django.urls import URLPattern, URLResolver, path, re_path

from ahnb_platform.monitoring.views import metrics

from .health import healthz, readyz
from .views import unknown_path

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    re_path(r"^api(?:/|$)", unknown_path, name="api-unknown"),
]
