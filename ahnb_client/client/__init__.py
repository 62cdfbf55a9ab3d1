"""Read what the server has: runs, their records and series, as plain Python or pandas."""

from .artifacts import ArtifactRecord
from .client import Client
from .listing import Runs
from .records import RunRecord
from .series import SeriesRecord

__all__ = ["ArtifactRecord", "Client", "RunRecord", "Runs", "SeriesRecord"]
