"""What the calls of projects take and give."""

from typing import Any

from ahnb_platform.accounts.models import Role
from ahnb_platform.api.fields import Choice, Object, OrNull, Text
from ahnb_platform.api.schemas import NULLABLE_MOMENT, Schema, listing, of, ref

from .models import Mode, Project
from .services import LONGEST_DESCRIPTION, LONGEST_METRIC

OBJECTIVE = Object(
    {"metric": Text(LONGEST_METRIC, shortest=1), "mode": Choice(Mode.values)},
    required=("metric", "mode"),
)
_DESCRIPTION = {
    "name": Text(100, shortest=1),
    "description": Text(LONGEST_DESCRIPTION),
    "objective": OrNull(OBJECTIVE),
}
NEW = Object({"project": Text(127, shortest=3), **_DESCRIPTION}, required=("project",))
EDIT = Object(_DESCRIPTION)

COMPONENTS: dict[str, Schema] = {
    "Project": of(
        project={"type": "string", "description": "team/project"},
        team={"type": "string"},
        slug={"type": "string"},
        name={"type": "string"},
        description={"type": "string"},
        objective={**OBJECTIVE.schema(), "nullable": True},
        role={"type": "string", "enum": Role.labels},
        created_at={"type": "string", "format": "date-time"},
        archived_at=NULLABLE_MOMENT,
    ),
    "Projects": listing(ref("Project")),
}


def project_document(project: Project) -> dict[str, Any]:
    """A project as its reader sees it; wants `.role` and the team loaded."""
    objective = {"metric": project.objective_metric, "mode": project.objective_mode}
    return {
        "project": project.path,
        "team": project.team.slug,
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "objective": objective if project.objective_metric else None,
        "role": Role(project.role).label,
        "created_at": project.created_at,
        "archived_at": project.archived_at,
    }


def stored_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a body as the service takes them; a null objective takes it away."""
    if "objective" not in fields:
        return fields
    objective = fields["objective"] or {"metric": "", "mode": ""}
    rest = {name: value for name, value in fields.items() if name != "objective"}
    return {**rest, "objective_metric": objective["metric"], "objective_mode": objective["mode"]}
