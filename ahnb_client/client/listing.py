"""The runs that a search finds."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from ..errors import ConfigurationError
from .asking import Asker
from .frames import pandas
from .records import RunRecord

if TYPE_CHECKING:
    from pandas import DataFrame

_PAGE = 1000
_COLUMNS = ("id", "number", "project", "name", "status", "group", "tags")


class Runs(Iterator[RunRecord]):
    """Runs one after another; each page is asked for when its first run is taken.

    Attributes:
        hints: what the server noticed in the question, once the first run is taken: names of
            metrics or parameters that no run has.
    """

    def __init__(
        self,
        asker: Asker,
        project: str | None,
        *,
        q: str = "",
        order: str = "",
        limit: int | None = None,
    ) -> None:
        project = project or asker.project
        if not project:
            raise ConfigurationError("which project? Name it as team/project, or set AHNB_PROJECT")
        if limit is not None and limit < 0:
            raise ConfigurationError(f"a limit of {limit} makes no sense")
        self._asker, self._path = asker, f"projects/{quote(project)}/runs/"
        self._query = {"q": q or None, "order": order or None}
        self.hints: list[str] = []
        self._left = islice(self._all(limit), limit)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RunRecord:
        return next(self._left)

    def to_pandas(self) -> "DataFrame":
        """Return a row for each run that was not taken yet.

        The columns are id, number, project, name, status, group, tags, user, started_at,
        duration_seconds; then `params.a.b`, and of each metric `metrics.NAME` (the last value),
        `metrics.NAME.min` and `metrics.NAME.max`.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        return pandas().DataFrame([row_of(run) for run in self])

    def _all(self, limit: int | None) -> Iterator[RunRecord]:
        if limit == 0:
            return
        size = _PAGE if limit is None else min(limit, _PAGE)
        for page in self._asker.pages(self._path, limit=size, **self._query):
            self.hints += [hint["detail"] for hint in page.get("hints", ())]
            for document in page["results"]:
                yield RunRecord(self._asker, document, is_whole=False)


def row_of(run: RunRecord) -> dict[str, Any]:
    """Return what a table shows of a run, under the names that searches know."""
    row = {name: run.document[name] for name in _COLUMNS}
    row |= {"user": run.user, "started_at": run.started_at}
    row["duration_seconds"] = run.duration_seconds
    row |= {f"params.{name}": value for name, value in run.flat_params().items()}
    for name, told in run.metrics.items():
        row[f"metrics.{name}"] = told["last"]
        row |= {f"metrics.{name}.{part}": told[part] for part in ("min", "max")}
    return row
