"""What has to be known before a run begins; a mistake in it stops no training."""

from .config import Config
from .errors import ConfigurationError
from .identifiers import is_project, is_run_id
from .notices import tell


def settings_for(project: str | None, *, strict: bool) -> Config:
    """The settings of the environment; offline where they make no sense.

    Raises:
        ConfigurationError: they make no sense, if `strict`.
    """
    try:
        return Config.load(project=project)
    except ConfigurationError as error:
        if strict:
            raise
        tell(f"{error}; recording offline", once="configuration")
        return Config.offline(project)


def check_project(project: str | None, run_id: str, *, strict: bool) -> None:
    """Say before the training, not after it, that no server will take this name.

    Raises:
        ConfigurationError: none will, if `strict`.
    """
    if project is None or is_project(project):
        return
    said = f"{project!r} is no project; write team/project, in small letters, digits and -"
    if strict:
        raise ConfigurationError(said)
    tell(f"{said}. Recording goes on; `ahnb sync --project TEAM/PROJECT {run_id}` sends it")


def is_usable_id(run_id: str, *, strict: bool) -> bool:
    """Whether a run can have this id; else it is told that it gets one of its own.

    Raises:
        ValueError: it cannot, if `strict`.
    """
    if is_run_id(run_id):
        return True
    said = f"{run_id!r} is no run id (a UUID of version 7); a new run begins"
    if strict:
        raise ValueError(said)
    tell(said, once=said)
    return False
