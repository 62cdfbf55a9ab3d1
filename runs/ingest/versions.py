"""Numbers for architectures, given in the order in which they come up."""

from django.db.models import Max

from projects.models import Project

from .. import ids
from ..models import ModelVersion


def model_version(key: ids.RunKey, architecture: str) -> int | None:
    """The version of an architecture in its project; a new one gets the next number.

    Args:
        architecture: its hash; "" for none, which has no version.
    """
    if not architecture:
        return None
    return _known(key, architecture) or _made(key, architecture)


def _known(key: ids.RunKey, architecture: str) -> int | None:
    versions = ModelVersion.objects.filter(project_id=key.project_id, architecture=architecture)
    return versions.values_list("number", flat=True).first()


def _made(key: ids.RunKey, architecture: str) -> int:
    # One after another in each project, or two would get the same number.
    Project.objects.select_for_update().filter(pk=key.project_id).first()
    if number := _known(key, architecture):
        return number
    versions = ModelVersion.objects.filter(project_id=key.project_id)
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    ModelVersion.objects.create(
        project_id=key.project_id, architecture=architecture, number=number, run_id=key.id
    )
    return number
