"""What all calls of the API on one project share."""

from typing import Any

from ahnb_platform.api.views import ApiView
from ahnb_platform.errors import Missing

from . import queries
from .models import Project


class ProjectView(ApiView):
    """A call on a project that exists; finds it before anything else happens."""

    project: Project

    def look_up(self, **kwargs: Any) -> int:
        project = queries.project_for_user(self.person, kwargs["team"], kwargs["project"])
        if self.token.project_id not in (None, project.pk):
            raise Missing
        self.project = project
        return project.role
