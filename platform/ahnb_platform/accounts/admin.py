"""The admin site's pages of people, teams, tokens and audit; every change writes an event."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from . import audit, links, teams, tokens
from .models import ApiToken, AuditEvent, LoginLink, Membership, Team, TeamAlias, User


class AuditedAdmin(admin.ModelAdmin):
    """Writes an audit event for whatever is added, changed or deleted here."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self.record(request, "changed" if change else "added", obj, fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.record(request, "deleted", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.record(request, "deleted", obj)
        super().delete_queryset(request, queryset)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            self.record(request, "added", obj)
        for obj, fields in formset.changed_objects:
            self.record(request, "changed", obj, fields=fields)
        for obj in formset.deleted_objects:
            self.record(request, "deleted", obj)

    def record(self, request: HttpRequest, verb: str, obj: models.Model, **data: Any) -> None:
        """One event, in the audit of the team that the object is or belongs to."""
        team = obj if isinstance(obj, Team) else getattr(obj, "team", None)
        # A team that is being deleted cannot be pointed at.
        if verb == "deleted" and isinstance(obj, Team):
            team = None
        action = f"admin.{obj._meta.model_name}-{verb}"
        audit.record(action, by=request.user, target=obj, team=team, **data)  # type: ignore[arg-type]


class ReadOnlyAdmin(admin.ModelAdmin):
    """To look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """People. Nobody sets another's password: a one-time link lets them choose it."""

    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "time_zone", "home_team", "is_active", "is_superuser", "last_login"]
    readonly_fields = ["last_login"]
    autocomplete_fields = ["home_team"]
    actions = ["make_links"]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        obj.is_staff = obj.is_superuser
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.action(description="Make a one-time link for each")
    def make_links(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.filter(service_team=None):
            path = links.make_login_link(user=user, by=request.user)  # type: ignore[arg-type]
            url = request.build_absolute_uri(path)
            self.message_user(request, f"{user.email}: {url}", messages.WARNING)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Team)
class TeamAdmin(AuditedAdmin):
    """Teams with their members, and the page where superusers set their quotas."""

    list_display = ["slug", "name", "created_at", "archived_at", "quota"]
    search_fields = ["slug", "name"]
    inlines = [MembershipInline]

    def record(self, request: HttpRequest, verb: str, obj: models.Model, **data: Any) -> None:
        """As everywhere; who is taken out of the team here stays out, too."""
        if isinstance(obj, Membership) and verb == "deleted":
            teams.keep_out(obj.team, obj.user)
        elif isinstance(obj, Membership) and verb == "added":
            teams.lift_removal(obj.team, obj.user)
        super().record(request, verb, obj, **data)

    @admin.display(description="room")
    def quota(self, team: Team) -> str:
        page = reverse("projects:team-storage", args=[team.slug])
        return format_html('<a href="{}">usage and quota</a>', page)


@admin.register(TeamAlias)
class TeamAliasAdmin(AuditedAdmin):
    """Former addresses of teams."""

    list_display = ["slug", "team"]
    search_fields = ["slug"]
    autocomplete_fields = ["team"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens: to look at and to revoke; the digest is never shown."""

    list_display = ["name", "prefix", "user", "project", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user", "project"]
    search_fields = ["name", "prefix", "user__email"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset.select_related("user", "project__team"):
            tokens.revoke_token(token=token, by=request.user)  # type: ignore[arg-type]


@admin.register(LoginLink)
class LoginLinkAdmin(ReadOnlyAdmin):
    """One-time links: who has one and whether it was used; the digest is never shown."""

    list_display = ["user", "team", "created_at", "expires_at", "used_at"]
    list_select_related = ["user", "team"]
    search_fields = ["user__email"]
    exclude = ["digest"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The record of acts."""

    list_display = ["at", "actor_label", "action", "target_label", "team", "ip"]
    list_select_related = ["team"]
    list_filter = ["action"]
    search_fields = ["actor_label", "target_label", "request_id"]
    date_hierarchy = "at"
