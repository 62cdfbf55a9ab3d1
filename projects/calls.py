"""What all calls of the API on one project share."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS

from ahnb_platform.api.views import ApiView
from ahnb_platform.errors import Missing

from . import queries
from .models import Project


class ProjectView(ApiView):
    """A call on a project that exists; finds it before anything else happens."""

    project: Project

    def look_up(self, **kwargs: Any) -> int:
        try:
            return self._found(queries.project_for_user(self.person, **_names(kwargs)))
        except Missing:
            if self.request.method not in SAFE_METHODS:
                within = self.token.project_id
                queries.refuse_trashed(self.person, within=within, **_names(kwargs))
            raise

    def look_up_known(self, **kwargs: Any) -> int:
        """As `look_up`, for owners, who find a project in the trash, too."""
        within = self.token.project_id
        names = _names(kwargs)
        return self._found(queries.known_project_for_owner(self.person, within=within, **names))

    def _found(self, project: Project) -> int:
        if self.token.project_id not in (None, project.pk):
            raise Missing
        self.project = project
        return project.role


def _names(arguments: dict[str, Any]) -> dict[str, str]:
    return {"team_slug": arguments["team"], "project_slug": arguments["project"]}
