"""A run as the server has it."""

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, NotFound
from . import artifacts
from .artifacts import ArtifactRecord
from .asking import Asker
from .series import SeriesRecord, series_of

if TYPE_CHECKING:
    from pandas import DataFrame


class RunRecord:
    """One run, as it was when it was asked for; what a search leaves out is fetched when used."""

    def __init__(self, asker: Asker, document: Mapping[str, Any], *, is_whole: bool) -> None:
        self._asker, self._is_whole = asker, is_whole
        self.document = dict(document)
        self.id: str = document["id"]
        self.number: int = document["number"]
        self.project: str = document["project"]
        self.name: str = document["name"]
        self.group: str = document["group"]
        self.tags: list[str] = document["tags"]
        self.status: str = document["status"]
        self.status_reason: str = document["status_reason"]
        self.objective: dict[str, str] | None = document["objective"]
        self.params: dict[str, Any] = document["params"]
        self.metrics: dict[str, dict[str, Any]] = document["metrics"]

    def __repr__(self) -> str:
        return f"<ahnb run {self.project}#{self.number} {self.name!r}: {self.status}>"

    @property
    def url(self) -> str:
        """The page of the run."""
        return f"{self._asker.address}/runs/{self.id}/"

    @property
    def user(self) -> str | None:
        """The e-mail address of the person."""
        user = self.document["user"]
        return user["email"] if user else None

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.document["created_at"])

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(self.document["started_at"])

    @property
    def finished_at(self) -> datetime | None:
        """When it ended; None while it runs."""
        text = self.document["finished_at"]
        return datetime.fromisoformat(text) if text else None

    @property
    def duration_seconds(self) -> float | None:
        """From begin to end; None while it runs."""
        ended = self.finished_at
        return (ended - self.started_at).total_seconds() if ended else None

    @property
    def model(self) -> dict[str, Any] | None:
        """The record of the model, with its layer table; None where none was sent."""
        return self._whole()["model"]

    @property
    def environment(self) -> dict[str, Any] | None:
        """Versions, hardware, command line, variables; None where none were sent."""
        return self._whole()["environment"]

    @property
    def notes(self) -> str:
        """The text on the run as a whole; remarks on its steps are `remarks`."""
        return str(self._whole()["notes"])

    @property
    def words(self) -> str:
        """The run in words, as its page says it; "" from a server that does not tell it."""
        return str(self._whole().get("words", ""))

    def record(self) -> dict[str, Any]:
        """Return `{model, environment, data, code, summary}`, what a rerun is made from."""
        return self._asker.get(f"runs/{self.id}/record/")

    def remarks(self) -> list[dict[str, Any]]:
        """Return the notes on the run and its steps: `{id, text, step, user, created_at}`."""
        found: list[dict[str, Any]] = self._asker.get(f"runs/{self.id}/notes/")["results"]
        return found

    def note(self, text: str, step: int | None = None) -> dict[str, Any]:
        """Write a note on the run, or on a step of it.

        Raises:
            Rejected: the text is empty or too long, or the key may only read.
        """
        body = {"text": text} if step is None else {"text": text, "step": step}
        return self._asker.post(f"runs/{self.id}/notes/", body)

    def quote(
        self, metric: str, part: str = "best", *, step: float | None = None
    ) -> dict[str, Any]:
        """Quote one value; the server writes down who took it. Returns the quote's document.

        Args:
            part: best, last, min, max or first.
            step: the value at this step (epoch, or seconds) instead.

        Raises:
            NotFound: the run has no such metric.
            Rejected: there is no value to quote.
        """
        asked = {"part": part} if step is None else {"step": step}
        return self._asker.post(f"runs/{self.id}/quotes/", {"metric": metric, **asked})

    def export(self, path: str | PathLike[str], *, as_page: bool = False) -> None:
        """Write all that is recorded of the run into a file.

        Args:
            path: of the file; it appears once it is whole.
            as_page: one HTML page instead of the archive of JSON and CSV.

        Raises:
            ConfigurationError: it cannot be written there.
            TransportError: the file could not be had.
        """
        part = Path(f"{fspath(path)}.part")
        try:
            with part.open("wb") as file:
                kind = "html" if as_page else "zip"
                self._asker.download(f"runs/{self.id}/export/?format={kind}", file)
            part.replace(path)
        except OSError as error:
            raise ConfigurationError(f"{fspath(path)}: {error.strerror or error}") from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def artifacts(self, name: str | None = None) -> list[ArtifactRecord]:
        """Return the files attached to the run, every version its own entry, the latest first.

        Args:
            name: the versions of this one alone.
        """
        return artifacts.artifacts_of(self._asker, self.id, name)

    def download(
        self, name: str, to: str | PathLike[str] = ".", version: int | None = None
    ) -> Path:
        """Download a file of the run; returns where it lies: under its name in the folder `to`.

        It comes piece by piece, and is there once its SHA-256 is seen to be right.

        Args:
            version: which one; the newest by default.

        Raises:
            NotFound: the run has no such file or version.
            ConfigurationError: it cannot be written there, or would lie outside of `to`.
            TransportError: it could not be had.
        """
        file = artifacts.chosen(self._asker, self.id, name, version)
        return artifacts.fetch(self._asker, self.id, file, to)

    def flat_params(self) -> dict[str, Any]:
        """Return the parameters under dotted names, as searches know them."""
        return dict(_leaves(self.params, ""))

    def series(
        self,
        metrics: Iterable[str] | str | None = None,
        *,
        points: int | None = None,
        start: float | None = None,
        stop: float | None = None,
        attempt: int | None = None,
    ) -> dict[str, SeriesRecord]:
        """Return the series of some metrics by name.

        Args:
            metrics: one name or several; all by default.
            points: at most so many, with the extremes of what lies between; every point as it
                was recorded by default.
            start, stop: the first and the last step (seconds for metrics over time), both
                included.
            attempt: a former attempt; the newest by default.

        Raises:
            NotFound: the run has no such metric.
        """
        names = [metrics] if isinstance(metrics, str) else list(metrics or self.metrics)
        unknown = sorted(set(names) - set(self.metrics))
        if metrics is not None and unknown:
            raise NotFound(f"run {self.id} has no metric {', '.join(unknown)}", status=404)
        return series_of(
            self._asker, self.id, names, points=points, start=start, stop=stop, attempt=attempt
        )

    def to_pandas(
        self, metrics: Iterable[str] | str | None = None, *, points: int | None = None
    ) -> "DataFrame":
        """Return one table of metrics: a row for each step, a column for each metric.

        Args:
            metrics: one name or several, all by epoch, by step, or over time. By default those
                by epoch, else those by step.
            points: as of `series`; what was drawn together has the columns `NAME.min`, `NAME.max`.

        Raises:
            ConfigurationError: pandas is not installed, or the metrics have several units.
        """
        from .tables import table_of

        chosen = self._usual_metrics() if metrics is None else metrics
        return table_of(self.series(chosen, points=points))

    def _usual_metrics(self) -> list[str]:
        for unit in ("epoch", "step", "time"):
            found = [name for name, told in self.metrics.items() if told["unit"] == unit]
            if found:
                return found
        return []

    def _whole(self) -> dict[str, Any]:
        if not self._is_whole:
            self.document = self._asker.get(f"runs/{self.id}/")
            self._is_whole = True
        return self.document


def _leaves(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, dict) or (path and not value):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}" if path else name)
