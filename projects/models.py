"""Projects and whom they are shared with."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from ahnb_platform.accounts.models import Membership, Role, Team, User
from ahnb_platform.accounts.slugs import validate_slug


class Mode(models.TextChoices):
    """Which end of a metric is the better one."""

    MIN = "min", "lower is better"
    MAX = "max", "higher is better"


def role_of(user: User) -> Greatest:
    """The largest role that `user` holds in a project, 0 for a stranger, as an expression.

    A team's member has the role of the membership; somebody with whom the project is shared has
    the share's role; of a team with which it is shared each member has the smaller of the
    share's and the member's own role.
    """
    none = Value(0, output_field=models.PositiveSmallIntegerField())
    member = Membership.objects.filter(team=OuterRef("team"), user=user)
    share = ProjectShare.objects.filter(project=OuterRef("pk"))
    by_team = (
        share.filter(team__memberships__user=user)
        .annotate(effective=Least("role", "team__memberships__role"))
        .order_by("-effective")
    )
    return Greatest(
        Coalesce(Subquery(member.values("role")[:1]), none),
        Coalesce(Subquery(share.filter(user=user).values("role")[:1]), none),
        Coalesce(Subquery(by_team.values("effective")[:1]), none),
    )


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects as one person sees them."""

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Only what `user` may read, each with `role`; people who are not active see nothing."""
        return self.known_to(user).filter(trashed_at=None)

    def known_to(self, user: User) -> ProjectQuerySet:
        """As `visible_to`, and what lies in the trash: for its owners, and to refuse writers."""
        if not user.is_active:
            return self.none()
        return self.annotate(role=role_of(user)).filter(role__gte=Role.READER)


class Project(models.Model):
    """A line of experiments; it belongs to one team."""

    role: int  # of the person for whom `visible_to` loaded it

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    slug = models.CharField(max_length=63, validators=[validate_slug])
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, max_length=20_000)
    objective_metric = models.CharField(
        max_length=255, blank=True, help_text="The metric that decides which run is best."
    )
    objective_mode = models.CharField(max_length=3, choices=Mode.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    trash_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=30,
        db_default=30,
        help_text="So many days runs, or the project itself, lie in the trash before they are "
        "deleted for good; nothing: until somebody deletes them.",
    )
    # Nobody sees it then; who may write is told so, and its address stays taken.
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,  # projects are few, and nobody looks for them by this
    )
    # Since when it is being deleted for good: from then on nobody brings it back.
    purging_since = models.DateTimeField(null=True, blank=True, editable=False)
    # The number that the next run gets; raised in the transaction that makes the run.
    next_run_number = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["team__slug", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="projects_project_slug_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/projects/{self.path}/"

    @property
    def path(self) -> str:
        """`team/project`, as clients write it; wants the team loaded."""
        return f"{self.team.slug}/{self.slug}"


class ProjectAlias(models.Model):
    """A path that a project once had, for as long as nobody else takes it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="project_aliases")
    slug = models.CharField(max_length=63)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = "project aliases"
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="projects_alias_slug_once")
        ]

    def __str__(self) -> str:
        return self.slug


class ProjectShare(models.Model):
    """A project shown to another team or to one person, as reader or editor."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="shares")
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="shared_projects"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="shared_projects",
    )
    role = models.PositiveSmallIntegerField(
        choices=[(Role.READER.value, "reader"), (Role.EDITOR.value, "editor")]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "team"],
                condition=Q(team__isnull=False),
                name="projects_share_team_once",
            ),
            models.UniqueConstraint(
                fields=["project", "user"],
                condition=Q(user__isnull=False),
                name="projects_share_user_once",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=False) ^ Q(user__isnull=False),
                name="projects_share_with_one",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[Role.READER, Role.EDITOR]),
                name="projects_share_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} with {self.team or self.user}"


class ProjectOffer(models.Model):
    """A project that its owners want to give to another team, until that team answers."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="offer")
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        related_name="offers",
        help_text="Empty: there was no team at this address.",
    )
    slug = models.CharField(max_length=63, help_text="The team's address, as it was typed.")
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.project} to {self.slug}"


class SavedView(models.Model):
    """A view of a project's summary under a name: filter, brushes, columns, axes, as its address.

    It is its owner's alone until it is shared with all who see the project.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="views")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=100)
    address = models.TextField(blank=True, max_length=8_000, help_text="A query string.")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "owner", "name"], name="projects_savedview_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The short address, which leads to the view; wants the project and its team loaded."""
        return f"{self.project.get_absolute_url()}views/{self.pk}/"
