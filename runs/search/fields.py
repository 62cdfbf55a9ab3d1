"""What may stand on the left of a comparison, or in an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as part_of
from difflib import get_close_matches
from typing import Literal

from .errors import QueryError

PARTS = ("last", "first", "min", "max", "count")
# Hashes: what runs share for certain.
SHARED = ("architecture", "weights", "trained", "data", "code", "commit")
TEXTS = ("name", "group", "model", "configuration", *SHARED)
TIMES = ("started", "finished", "created")
NUMBERS = ("number", "duration", "version", "size", "findings")
SETS = ("status", "user", "tag", "finding")
PLAIN = (*TEXTS, *TIMES, *NUMBERS, *SETS)

_EXAMPLE = "metrics.val_loss, params.optimizer.name or one of " + ", ".join(PLAIN)


@dataclass(frozen=True)
class Field:
    """One field of a run.

    Args:
        kind: of a metric's summary, a parameter, or the run itself.
        name: the metric, the dotted path of the parameter, or the plain field.
        position: where it stands in the text.
        part: which number of a metric's summary.
    """

    kind: Literal["metric", "param", "plain"]
    name: str
    position: int = part_of(compare=False)
    part: str = "last"

    def __str__(self) -> str:
        return self.name if self.kind == "plain" else f"{self.kind}s.{self.name}"


def field_of(first: str, rest: Sequence[str], quoted: Sequence[bool], position: int) -> Field:
    """The field that the dotted parts name; a part in quotes is always a name.

    Raises:
        QueryError: there is no such field.
    """
    if first == "metrics" and rest:
        return _metric(rest, quoted, position)
    if first == "params" and rest:
        return Field("param", ".".join(rest), position)
    if first in PLAIN and not rest:
        return Field("plain", first, position)
    close = get_close_matches(first.lower(), (*PLAIN, "metrics", "params"), 1, 0.65)
    meant = f"; did you mean {close[0]}?" if close and close[0] != first else f"; use {_EXAMPLE}."
    raise QueryError(f"There is no field “{first}”{meant}", position=position)


def _metric(rest: Sequence[str], quoted: Sequence[bool], position: int) -> Field:
    if len(rest) == 1:
        return Field("metric", rest[0], position)
    if len(rest) == 2 and rest[1] in PARTS and not quoted[1]:
        return Field("metric", rest[0], position, rest[1])
    raise QueryError(
        "After a metric's name comes .min, .max, .first, .last or .count; "
        "a name with a dot stands in double quotes.",
        position=position,
    )
