"""What the address of a project's summary says: which runs, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import QueryDict

from ahnb_platform.web import formats
from runs.pages.columns import parse
from runs.pages.grouping import is_key
from runs.search.printing import narrowed

NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
TEXT = r'"(?:[^"\\]|\\.)*"'
STRETCH = re.compile(rf"(.+?):({NUMBER})\.\.({NUMBER})")
CHOICE = re.compile(rf"(.+?):({TEXT}(?:,{TEXT})*)")
PICKED = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
# What groups can be sorted by, and single runs cannot.
GROUP_ORDERS = ("best", "runs", "label")
MOST_BRUSHES = 16
MOST_PICKED = 500
MOST_AXES = 16
MOST_PINS = 4
NARROWEST, WIDEST = 40, 800
# Filter, brushes and five hundred picked runs as one text, as links to groups have them.
LONGEST_QUERY = 8000
# How many rows a page of the table may have; the first of them where an address names none.
ROWS = (50, 25, 100, 200)
# All that a view consists of; what is saved of an address, too.
WHICH = ("q", "brush", "pick")
TABLE = ("order", "cols", "pin", "width", "differ", "group", "rows")
SCATTER = ("x", "y", "colour", "mark", "xlog", "ylog", "front")
PARALLEL = ("axes", "target")
CURVES = ("series", "over", "smooth", "slog", "band")
# Those that are one text each.
PLAIN = ("differ", "group", *SCATTER, "target", *CURVES)
PARAMETERS = (*WHICH, *TABLE, *SCATTER, *PARALLEL, *CURVES)


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


def parse_pick(text: str) -> str:
    """The runs that were ticked or lassoed, `3,7-9` by number, in the query language; "" for none.

    Parts that cannot be read are left out, and so is what lies beyond `MOST_PICKED` parts.
    """
    found = [PICKED.fullmatch(part.strip()) for part in text.split(",")]
    parts = [part.groups() for part in found if part][:MOST_PICKED]
    singles = [low for low, high in parts if not high]
    conditions = [f"number >= {low} and number <= {high}" for low, high in parts if high]
    if singles:
        conditions.append(f"number in ({', '.join(singles)})")
    return f"({' or '.join(conditions)})" if conditions else ""


def parse_width(text: str) -> tuple[str, int] | None:
    """A column and its width of `KEY:PIXELS`; None where it says none."""
    key, _, pixels = text.rpartition(":")
    if not key or not pixels.isdecimal() or len(pixels) > 4:
        return None
    return key, min(max(int(pixels), NARROWEST), WIDEST)


def compressed(numbers: Iterable[int]) -> str:
    """Numbers of runs as an address has them, neighbours as a range: `3,7-9`."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{low}-{high}" if high > low else f"{low}" for low, high in ranges)


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


@dataclass(frozen=True)
class SummaryState:
    """One view of a project's runs; two people with the same address see the same runs.

    Attributes:
        pick: the runs that were ticked or lassoed, `3,7-9` by number.
        pins: keys of the columns that stay in sight at the left.
        widths: of columns, in pixels.
        columns: keys of the table's columns, in their order; none for those that tell most.
    """

    q: str = ""
    brushes: tuple[Brush, ...] = ()
    pick: str = ""
    order: str = ""
    cursor: str = ""
    columns: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    widths: tuple[tuple[str, int], ...] = ()
    differ: str = ""
    group: str = ""
    rows: int = ROWS[0]
    x: str = ""
    y: str = ""
    colour: str = ""
    mark: str = ""
    xlog: str = ""
    ylog: str = ""
    front: str = ""
    axes: tuple[str, ...] = ()
    target: str = ""
    series: str = ""
    over: str = ""
    smooth: str = ""
    slog: str = ""
    band: str = ""

    @property
    def query(self) -> str:
        """Filter, brushes and picked runs as one text of the query language."""
        conditions = [brush.condition for brush in self.brushes]
        if picked := parse_pick(self.pick):
            conditions.append(picked)
        return narrowed(self.q, *conditions)

    @property
    def run_order(self) -> str:
        """The order of single runs; none where only groups can be sorted like that."""
        return "" if self.order.removeprefix("-") in GROUP_ORDERS else self.order

    @property
    def is_grouped(self) -> bool:
        return is_key(self.group)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)


def parse_state(parameters: QueryDict) -> SummaryState:
    """The state that an address asks for; brushes that cannot be read are left out."""
    brushes = [parse_brush(text) for text in parameters.getlist("brush")[:MOST_BRUSHES]]
    # A form without JavaScript sends each ticked run as one.
    pick = ",".join(parameters.getlist("pick")[:MOST_PICKED])
    return SummaryState(
        q=parameters.get("q", "").strip()[:LONGEST_QUERY],
        brushes=tuple(brush for brush in brushes if brush),
        pick=pick if parse_pick(pick) else "",
        order=parameters.get("order", ""),
        cursor=parameters.get("cursor", ""),
        columns=tuple(_columns(parameters)),
        pins=tuple(parameters.getlist("pin")[:MOST_PINS]),
        widths=tuple(width for text in parameters.getlist("width") if (width := parse_width(text))),
        rows=next((n for n in ROWS if str(n) == parameters.get("rows")), ROWS[0]),
        axes=tuple(parameters.getlist("axes")[:MOST_AXES]),
        **{name: parameters.get(name, "") for name in PLAIN},
    )


def _columns(parameters: QueryDict) -> list[str]:
    """The keys of the columns; a form adds another number of a metric, `add`, by its `part`.

    It comes behind the other metrics, in sight.
    """
    columns, metric = parameters.getlist("cols"), parameters.get("add", "")
    if metric:
        key = ".".join(filter(None, (metric, parameters.get("part", ""))))
        places = [at for at, one in enumerate(columns, 1) if one.startswith("metrics.")]
        columns = [one for one in columns if one != key]
        columns.insert(max(places, default=len(columns)), key)
    return columns


def canonical(parameters: QueryDict) -> str:
    """The same address without the parameters that say nothing."""
    kept = QueryDict(mutable=True)
    for name, values in parameters.lists():
        if name not in ("add", "part"):
            kept.setlist(name, [value for value in values if value])
    if parameters.get("add"):
        kept.setlist("cols", _columns(parameters))
    return kept.urlencode()


def saved_part(address: str) -> str:
    """Of a query string, what a view consists of, without its place in pages."""
    kept = QueryDict(canonical(QueryDict(address)), mutable=True)
    for name in [name for name in kept if name not in PARAMETERS]:
        del kept[name]
    return kept.urlencode()


def without_brush(parameters: QueryDict, brush: Brush) -> str:
    """The address without one brush, from the first page on."""
    kept = parameters.copy()
    kept.setlist("brush", [text for text in kept.getlist("brush") if text != brush.text])
    kept.pop("cursor", None)
    return canonical(kept)


def without_pick(parameters: QueryDict) -> str:
    """The address without the runs that were picked, from the first page on."""
    kept = parameters.copy()
    kept.pop("pick", None)
    kept.pop("cursor", None)
    return canonical(kept)
