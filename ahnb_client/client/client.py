"""The entry: a server as one key sees it."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from ..config import Config
from ..errors import NotFound
from .asking import Asker
from .listing import Runs
from .naming import resolve
from .records import RunRecord


class Client:
    """Reads projects, runs and series; also writes notes.

    Safe to use from one thread at a time. Follows no redirect to another host, and gives up
    after half a minute. As a context manager it closes its connections.
    """

    def __init__(
        self,
        server: str | None = None,
        api_key: str | None = None,
        *,
        config: Config | None = None,
    ) -> None:
        """Choose server and key; by default those of the environment or of `ahnb login`.

        Raises:
            ConfigurationError: there is no server or no key.
        """
        self._asker = Asker(config or Config.load(server=server, key=api_key))

    def __repr__(self) -> str:
        return f"<ahnb client of {self._asker.address}>"

    def me(self) -> Mapping[str, Any]:
        """Return whom the key belongs to: `{user, teams, token}`."""
        return self._asker.get("me/")

    def projects(self) -> Iterator[dict[str, Any]]:
        """Return the projects that the key sees, each as `{project, name, role, …}`."""
        for page in self._asker.pages("projects/"):
            yield from page["results"]

    def runs(
        self, project: str | None = None, *, q: str = "", order: str = "", limit: int | None = None
    ) -> Runs:
        """Search in a project; pages are asked for as they are needed.

        Args:
            project: "team/project"; by default the configured one.
            q: conditions, as ``metrics.val_loss < 0.3 and params.optimizer.name = "adam"``.
            order: a field, with ``-`` before it from large to small; the newest first by default.
            limit: how many at most; all by default.

        Raises:
            ConfigurationError: there is no project.
            Rejected: when the first run is taken, `q` or `order` cannot be understood.
        """
        return Runs(self._asker, project, q=q, order=order, limit=limit)

    def run(self, run: str) -> RunRecord:
        """Return one run.

        Args:
            run: an id, a unique beginning of one, ``team/project#number``, or its address.

        Raises:
            ConfigurationError: that names no run, or several.
            NotFound: there is none, or the key may not see it.
        """
        path = f"runs/{self.resolve(run)}/"
        try:
            document = self._asker.get(path)
        except NotFound as error:
            raise NotFound(f"{run}: {error}", status=error.status, code=error.code) from error
        return RunRecord(self._asker, document, is_whole=True)

    def resolve(self, run: str) -> str:
        """Return the id of a run, as `run` finds it. A whole id is believed."""
        return resolve(self._asker, run)

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
