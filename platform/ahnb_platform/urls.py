"""Every URL of the server: the one place that knows every app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    # First: every batch of points passes here.
    path("api/v1/", include("runs.api_urls")),
    path("api/v1/", include("projects.api_urls")),
    path("api/v1/", include("ahnb_platform.api.urls")),
    path("", include("projects.urls")),
    path("", include("projects.links.urls")),
    path("", include("runs.urls")),
    path("", include("runs.notices.urls")),
    path("", include("ahnb_platform.identity.urls")),
    path("", include("ahnb_platform.identity.scim.urls")),
    path("", include("ahnb_platform.accounts.urls")),
    path("", include("ahnb_platform.api.health_urls")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
]

handler400 = "ahnb_platform.web.errors.bad_request"
handler403 = "ahnb_platform.web.errors.permission_denied"
handler404 = "ahnb_platform.web.errors.not_found"
handler500 = "ahnb_platform.web.errors.server_error"
handler429 = "ahnb_platform.accounts.limits.too_many"
