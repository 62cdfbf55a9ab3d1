"""What a rule found, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warn", "info"]
# The worst first.
SEVERITIES: tuple[Severity, ...] = ("error", "warn", "info")
# Words of `where`, in the order in which a place is told.
PLACES = ("layer", "argument", "data", "metric", "epoch", "step", "source")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or probably wrong, with a model or a training.

    Attributes:
        id: of the rule, ``LOSS01``.
        severity: ``error`` (cannot learn what was meant), ``warn`` (probably wrong), ``info``.
        text: one sentence, with the numbers that were seen.
        fix: the Keras line to write, or what to do.
        where: place by kind: ``layer``, ``argument`` (of compile or fit), ``data`` (the path of
            an array, ``x.left``), ``metric``, ``epoch``, ``step``, ``source`` (``file:line``).
        evidence: the numbers and names that prove it, plain JSON.
    """

    id: str
    severity: Severity
    text: str
    fix: str
    where: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where, in one line: ``layer dense_3, epoch 4``; with `id` it names the finding."""
        return ", ".join(f"{word} {self.where[word]}" for word in PLACES if word in self.where)

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return {
            "id": self.id,
            "severity": self.severity,
            "text": self.text,
            "fix": self.fix,
            "where": dict(self.where),
            "evidence": dict(self.evidence),
        }
