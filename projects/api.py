"""The calls of the API on projects: list, make, get, describe, put into the trash and back."""

from typing import Any, ClassVar

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ahnb_platform.accounts.access import team_for_editor
from ahnb_platform.accounts.models import Role, Scope
from ahnb_platform.api.answers import answer, nothing
from ahnb_platform.api.parameters import BadParameter, Parameters
from ahnb_platform.api.permissions import READ, WRITE, Right
from ahnb_platform.api.schemas import describe, ref
from ahnb_platform.api.views import ApiView
from ahnb_platform.errors import Invalid, Item, NotAllowed

from . import queries, services, trash
from .calls import ProjectView
from .models import Project, ProjectQuerySet
from .serializers import EDIT, NEW, project_document, stored_fields

OWN = Right(Scope.RUNS_WRITE, Role.OWNER)
DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1_000
_SALT = "projects.list"


class ProjectList(ApiView):
    """`/projects/`."""

    rights: ClassVar = {"GET": READ, "POST": Right(Scope.RUNS_WRITE)}
    known = ("limit", "cursor")

    @describe(
        "projects_list",
        {200: ref("Projects")},
        400,
        parameters=[
            OpenApiParameter("limit", OpenApiTypes.INT, default=DEFAULT_LIMIT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        """The projects that the token may see, by team and slug."""
        query = Parameters(request.query_params, self.known)
        limit = query.integer("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT) or DEFAULT_LIMIT
        after = _read_cursor(query.text("cursor"))
        visible = self._visible()
        found = list(visible.filter(after).order_by("team__slug", "slug")[: limit + 1])
        last = found[limit - 1] if len(found) > limit else None
        return answer(
            {
                "results": [project_document(project) for project in found[:limit]],
                "next": signing.dumps([last.team.slug, last.slug], salt=_SALT) if last else None,
                "total": visible.count(),
            }
        )

    @describe("project_make", {201: ref("Project")}, 409, body=NEW.schema())
    def post(self, request: Request) -> HttpResponse:
        """Make a project in a team."""
        if self.token.project_id is not None:
            raise NotAllowed("The token is bound to one project.", code="token-bound")
        fields = stored_fields(self.body(NEW))
        team_slug, slug = _split(fields.pop("project"))
        team = team_for_editor(self.person, team_slug)
        with transaction.atomic():
            project = services.create_project(team=team, slug=slug, by=self.person)
            if fields:
                services.update_project(project=project, by=self.person, **fields)
        return answer(project_document(_seen(self, project)), 201)

    def _visible(self) -> ProjectQuerySet:
        projects = queries.projects_for_user(self.person)
        bound = self.token.project_id
        return projects if bound is None else projects.filter(pk=bound)


class ProjectDetail(ProjectView):
    """`/projects/<team>/<project>/`."""

    rights: ClassVar = {"GET": READ, "PATCH": WRITE, "DELETE": OWN}

    def look_up(self, **kwargs: Any) -> int:
        if self.request.method == "DELETE":
            return self.look_up_known(**kwargs)
        return super().look_up(**kwargs)

    @describe("project_get", {200: ref("Project")})
    def get(self, request: Request, **_: Any) -> HttpResponse:
        """The project."""
        return answer(project_document(self.project))

    @describe("project_edit", {200: ref("Project")}, body=EDIT.schema())
    def patch(self, request: Request, **_: Any) -> HttpResponse:
        """Change name, description or objective; what is left out stays."""
        fields = stored_fields(self.body(EDIT))
        services.update_project(project=self.project, by=self.person, **fields)
        return answer(project_document(_seen(self, self.project)))

    @describe("project_trash", {204: None})
    def delete(self, request: Request, **_: Any) -> HttpResponse:
        """Put the project into the trash."""
        trash.trash_project(project=self.project, by=self.person)
        return nothing()


class ProjectRestore(ProjectView):
    """`/projects/<team>/<project>/restore/`."""

    rights: ClassVar = {"POST": OWN}

    def look_up(self, **kwargs: Any) -> int:
        return self.look_up_known(**kwargs)

    @describe("project_restore", {200: ref("Project")}, 409)
    def post(self, request: Request, **_: Any) -> HttpResponse:
        """Take the project out of the trash."""
        trash.untrash_project(project=self.project, by=self.person)
        return answer(project_document(_seen(self, self.project)))


def _seen(view: ApiView, project: Project) -> Project:
    """The project as it now is, with the role of the caller."""
    return queries.project_for_user(view.person, project.team.slug, project.slug)


def _split(path: str) -> tuple[str, str]:
    team, _, slug = path.partition("/")
    if not team or not slug or "/" in slug:
        item = Item("/project", "bad-project", "A project is named as “team/project”.")
        raise Invalid(item.detail, code=item.code, items=(item,))
    return team, slug


def _read_cursor(cursor: str) -> Q:
    """The projects after the one where the last page ended."""
    if not cursor:
        return Q()
    try:
        team, slug = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise BadParameter(
            "cursor", "It is not one that this server gave.", "bad-cursor"
        ) from error
    return Q(team__slug__gt=team) | Q(team__slug=team, slug__gt=slug)
