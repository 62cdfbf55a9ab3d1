"""The admin site's pages of single sign-on: to look at, and to approve domains."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from ahnb_platform.accounts.admin import ReadOnlyAdmin
from ahnb_platform.errors import Conflict

from .models import Connection, Domain
from .sso.connections import approve_domain


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Whom a team lets vouch for its people; the secret is never shown."""

    list_display = ["name", "team", "kind", "provider", "local_login"]
    list_select_related = ["team"]
    search_fields = ["name", "team__slug"]


@admin.register(Domain)
class DomainAdmin(ReadOnlyAdmin):
    """Claimed domains. Approving one lets the provider log in everybody with such an address."""

    list_display = ["name", "connection", "vouching", "approved_at"]
    list_select_related = ["connection__team"]
    search_fields = ["name"]
    actions = ["approve"]

    @admin.display(description="who vouches")
    def vouching(self, domain: Domain) -> str:
        return domain.connection.provider

    @admin.action(description="Approve: the provider logs in everybody of the domain")
    def approve(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        by: Any = request.user
        for domain in queryset.select_related("connection__team"):
            try:
                approve_domain(domain=domain, by=by)
            except Conflict as refusal:
                self.message_user(request, refusal.detail, messages.ERROR)
