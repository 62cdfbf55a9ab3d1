"""What a run knows about itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .config import Config
from .transport.journal import Journal


class About:
    """The part of a run that tells what it is called, and where it is kept."""

    id: str
    _config: Config
    _create: dict[str, Any]
    _journal: Journal

    @property
    def url(self) -> str | None:
        """The page of the run; None while nothing is sent to a server."""
        return f"{self._config.server}/runs/{self.id}/" if self._config.can_send else None

    @property
    def folder(self) -> Path | None:
        """Where the records lie until the server has them."""
        return self._journal.folder

    @property
    def journal(self) -> Journal:
        """Where records are written now; another one when a run goes on that was cleared."""
        return self._journal

    @property
    def name(self) -> str | None:
        """What the person called it; None where the server makes a name."""
        return self._create["name"] or None

    @property
    def objective(self) -> Mapping[str, str] | None:
        """`{"metric", "mode"}` as given."""
        return self._create["objective"]

    @property
    def config(self) -> Config:
        """The settings that it was begun with."""
        return self._config
