"""The admin site's pages of projects; every change writes an event."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ahnb_platform.accounts.admin import AuditedAdmin

from .models import Project, ProjectAlias, ProjectShare


class ShareInline(admin.TabularInline):
    model = ProjectShare
    extra = 0
    autocomplete_fields = ["team", "user"]


@admin.register(Project)
class ProjectAdmin(AuditedAdmin):
    """Projects with their shares."""

    list_display = ["slug", "team", "name", "created_at", "archived_at", "trashed_at"]
    list_select_related = ["team"]
    search_fields = ["slug", "name", "team__slug"]
    autocomplete_fields = ["team", "created_by"]
    readonly_fields = ["trashed_at", "trashed_by"]
    inlines = [ShareInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Runs know their project by number alone, so a deleted one would leave them behind."""
        return False


@admin.register(ProjectAlias)
class ProjectAliasAdmin(AuditedAdmin):
    """Former addresses of projects."""

    list_display = ["slug", "team", "project"]
    list_select_related = ["team", "project"]
    search_fields = ["slug"]
    autocomplete_fields = ["team", "project"]
