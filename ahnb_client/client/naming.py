"""What a person may call a run: an id, the beginning of one, a number in a project, a link."""

import re
from urllib.parse import quote, urlsplit
from uuid import UUID

from ..errors import ConfigurationError, NotFound
from .asking import Asker

_NUMBERED = re.compile(r"(?P<project>[^/#\s]+/[^/#\s]+)?#(?P<number>[0-9]{1,9})")
_PREFIX = re.compile(r"[0-9a-fA-F-]{4,36}")
_LINK = re.compile(r".*/runs/(?P<id>[0-9a-fA-F-]{36})(/.*)?")


def resolve(asker: Asker, run: str) -> str:
    """Return the id of the run that `run` names.

    Args:
        run: an id, a unique beginning of one (4 digits or more), ``team/project#number``,
            ``#number`` in the configured project, or the address of the run's page.

    Raises:
        ConfigurationError: that is no name of a run, or several begin so.
        NotFound: there is no such run, or the key may not see it.
        TransportError: the server did not answer.
    """
    if numbered := _NUMBERED.fullmatch(run):
        return _by_number(asker, numbered["project"] or asker.project, int(numbered["number"]))
    if linked := _LINK.fullmatch(urlsplit(run).path):
        return linked["id"].lower()
    if not _PREFIX.fullmatch(run):
        raise ConfigurationError(
            f"{run!r} names no run: write an id, the beginning of one, or team/project#number"
        )
    return str(UUID(run)) if len(run.replace("-", "")) == 32 else _by_prefix(asker, run)


def _by_number(asker: Asker, project: str | None, number: int) -> str:
    if project is None:
        raise ConfigurationError(f"#{number} in which project? Write team/project#{number}")
    path = f"projects/{quote(project)}/runs/"
    found = asker.get(path, q=f"number = {number}", limit=1)["results"]
    if not found:
        raise _missing(f"{project}#{number}")
    return str(found[0]["id"])


def _by_prefix(asker: Asker, prefix: str) -> str:
    found = asker.get("runs/", id=prefix)["results"]
    if not found:
        raise _missing(prefix)
    if len(found) > 1:
        names = ", ".join(f"{run['id']} ({run['project']}#{run['number']})" for run in found[:5])
        raise ConfigurationError(f"several runs begin with {prefix}: {names}")
    return str(found[0]["id"])


def _missing(run: str) -> NotFound:
    return NotFound(f"there is no run {run}, or this key may not see it", status=404)
