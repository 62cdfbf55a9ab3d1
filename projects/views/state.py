"""What the address of a project's summary says: filter, brushes, order, columns, axes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import QueryDict

from ahnb_platform.web import formats
from runs.pages.columns import parse

NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
TEXT = r'"(?:[^"\\]|\\.)*"'
STRETCH = re.compile(rf"(.+?):({NUMBER})\.\.({NUMBER})")
CHOICE = re.compile(rf"(.+?):({TEXT}(?:,{TEXT})*)")
MOST_BRUSHES = 16
LONGEST_QUERY = 2000


@dataclass(frozen=True)
class Brush:
    """What was brushed on one axis.

    Attributes:
        text: as it stands in the address: `params.width:32..128` (both ends included) or
            `params.optimizer.name:"adam","sgd"`.
        key: the axis, named as in queries.
        condition: the same in the query language.
    """

    text: str
    key: str
    condition: str

    @property
    def words(self) -> str:
        """For people: `width 32 – 128`, `name adam, sgd`."""
        column = parse(self.key)
        label = column.label if column else self.key
        span = self.text[len(self.key) + 1 :]
        if self.key == "started":
            low, high = (formats.local(_moment(end)) for end in span.split(".."))
            return f"{label} {low} – {high}"
        return f"{label} {span.replace('..', ' – ').replace(chr(34), '').replace(',', ', ')}"


def parse_brush(text: str) -> Brush | None:
    """The brush that a text describes; None where it describes none."""
    if found := STRETCH.fullmatch(text):
        key, low, high = found.groups()
        return Brush(text, key, f"{key} >= {low} and {key} <= {high}")
    if found := CHOICE.fullmatch(text):
        key, values = found.groups()
        return Brush(text, key, f"{key} in ({values})")
    return None


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


@dataclass(frozen=True)
class SummaryState:
    """One view of a project's runs; two people with the same address see the same runs."""

    q: str = ""
    brushes: tuple[Brush, ...] = ()
    order: str = ""
    cursor: str = ""
    columns: tuple[str, ...] = ()
    x: str = ""
    y: str = ""
    series: str = ""

    @property
    def query(self) -> str:
        """Filter and brushes as one text of the query language."""
        conditions = [brush.condition for brush in self.brushes]
        if not conditions or not self.q:
            return self.q or " and ".join(conditions)
        return " and ".join([f"({self.q})", *conditions])

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)


def parse_state(parameters: QueryDict) -> SummaryState:
    """The state that an address asks for; brushes that cannot be read are left out."""
    brushes = [parse_brush(text) for text in parameters.getlist("brush")[:MOST_BRUSHES]]
    return SummaryState(
        q=parameters.get("q", "").strip()[:LONGEST_QUERY],
        brushes=tuple(brush for brush in brushes if brush),
        order=parameters.get("order", ""),
        cursor=parameters.get("cursor", ""),
        columns=tuple(parameters.getlist("cols")),
        x=parameters.get("x", ""),
        y=parameters.get("y", ""),
        series=parameters.get("series", ""),
    )


def canonical(parameters: QueryDict) -> str:
    """The same address without the parameters that say nothing."""
    kept = QueryDict(mutable=True)
    for name, values in parameters.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


def without_brush(parameters: QueryDict, brush: Brush) -> str:
    """The address without one brush, from the first page on."""
    kept = parameters.copy()
    kept.setlist("brush", [text for text in kept.getlist("brush") if text != brush.text])
    kept.pop("cursor", None)
    return canonical(kept)
