"""Teams and who belongs to them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from ..slugs import validate_slug
from .user import User


class Role(models.IntegerChoices):
    """What a member may do; each role includes those before it."""

    READER = 1, "reader"
    EDITOR = 2, "editor"
    OWNER = 3, "owner"


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams as one person sees them."""

    def visible_to(self, user: User) -> TeamQuerySet:
        """The teams that `user` belongs to, each with `role`; nothing for who is not active."""
        if not user.is_active:
            return self.none()
        return self.filter(memberships__user=user).annotate(role=F("memberships__role"))

    def editable_by(self, user: User) -> TeamQuerySet:
        """The teams in which `user` may make projects: editors' and owners', not archived."""
        held = Membership.objects.filter(user=user, role__gte=Role.EDITOR)
        return self.visible_to(user).filter(archived_at=None, pk__in=held.values("team"))

    def with_counts(self) -> TeamQuerySet:
        """Annotate `member_count` and `project_count`."""
        people = Membership.objects.filter(team=OuterRef("pk"), user__service_team=None)
        members = people.values("team")
        return self.annotate(
            member_count=Subquery(members.annotate(count=Count("pk")).values("count")),
            project_count=Count(
                "projects", filter=Q(projects__archived_at=None, projects__trashed_at=None)
            ),
        )


class Team(models.Model):
    """People who share projects."""

    role: int  # of the person for whom `visible_to` loaded it

    slug = models.CharField(max_length=63, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="accounts.Membership", related_name="teams"
    )

    objects: ClassVar = TeamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/teams/{self.slug}/"

    @property
    def role_label(self) -> str:
        return Role(self.role).label


class TeamAlias(models.Model):
    """A slug that a team once had; it leads to the team for as long as nobody else takes it."""

    slug = models.CharField(max_length=63, unique=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = "team aliases"

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.PositiveSmallIntegerField(choices=Role.choices, default=Role.READER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="accounts_membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="accounts_membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Removal(models.Model):
    """Somebody left a team, or an owner removed them: no provider's login brings them back."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    removed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="accounts_removal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} out of {self.team}"
