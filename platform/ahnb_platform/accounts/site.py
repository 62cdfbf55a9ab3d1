"""The admin site: for superusers, who log in like everybody else."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.views.decorators.cache import never_cache

# Passwords are changed where everybody changes them, which ends sessions and is recorded.
CLOSED = {"password_change", "password_change_done", "jsi18n"}


class Site(AdminSite):
    """Superusers alone; there are no rights by model, so what one may do is easy to say."""

    site_title = site_header = "AHNB"
    index_title = "Administration"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) not in CLOSED]

    @never_cache
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """No second door: who is not logged in goes to the one that counts attempts."""
        if self.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied
