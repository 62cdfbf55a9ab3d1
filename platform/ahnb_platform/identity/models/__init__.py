"""What identity keeps."""

from .policy import TeamPolicy
from .session import Session

__all__ = ["Session", "TeamPolicy"]
