"""What a list of runs says of the findings of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .models import Severity

NAMES = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARN: ("warning", "warnings"),
    Severity.INFO: ("remark", "remarks"),
}


@dataclass(frozen=True)
class Badge:
    """How many findings of a run are not muted, and the worst of them."""

    severities: Sequence[int]

    @property
    def worst(self) -> str:
        return str(Severity(self.severities[0]).label)

    @property
    def words(self) -> str:
        """`2 errors`, `1 error +3`: how many of the worst, and how many more."""
        count = sum(one == self.severities[0] for one in self.severities)
        name = NAMES[Severity(self.severities[0])][count > 1]
        more = len(self.severities) - count
        return f"{count} {name}{f' +{more}' if more else ''}"
