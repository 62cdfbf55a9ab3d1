"""What a browser that has drawn many runs lacks to draw some of them.

A filter mostly leaves some of the runs that are on the screen. Their values are there already: of
these an answer names the places, and gives values of the others alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from projects.models import Project

from .charts import chart_data, read_rows
from .columns import Column

Data = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """The runs that somebody has drawn, in their order, and the tag that came with their data."""

    run_ids: Sequence[UUID]
    tag: str


def data_beside(
    known: Known | None,
    project: Project,
    run_ids: Sequence[UUID],
    columns: Sequence[Column],
    objective: Column | None,
) -> Data:
    """What `charts.chart_data` gives of the runs, with a `tag`; short if they are `known`.

    The runs known are read and tagged anew, so that nothing is left out that has changed.
    """
    wanted = dict.fromkeys([*(known.run_ids if known else ()), *run_ids])
    rows = read_rows(project, list(wanted), columns, objective)
    asked = rows.of(run_ids)
    data = chart_data(asked, columns, objective)
    tagged = {"tag": tag_of(data)}
    if known:
        before = rows.of(known.run_ids)
        base = chart_data(before, columns, objective)
        if tag_of(base) == known.tag:
            return lacking(data, base, places_in(before.ids, asked.ids)) | tagged
    return data | tagged


def tag_of(data: Data) -> str:
    """A hash of all that was sent of the runs; who has the same tag has the same values."""
    return blake2b(orjson.dumps(data), digest_size=8).hexdigest()


def places_in(known: Sequence[UUID], run_ids: Sequence[UUID]) -> list[int | None]:
    """The place of each run among those `known`; None for others."""
    places = {run_id: place for place, run_id in enumerate(known)}
    return [places.get(run_id) for run_id in run_ids]


def lacking(data: Data, base: Data, places: Sequence[int | None]) -> Data:
    """Of `data` what cannot be had from `base`.

    Args:
        data, base: what `charts.chart_data` gives.
        places: the place in `base` of each run in `data`, as `places_in` gives them.

    Returns: `data` with `places`, with `runs` of the runs without a place alone, and with
        `isKnown` on each column of which `values` are those of the same runs alone: the others
        are in the column of `base` with its key, a category by its text.
    """
    new = [row for row, place in enumerate(places) if place is None]
    known = {axis["key"]: axis for axis in _axes(base)}

    def shortened(axis: Data | None) -> Data | None:
        if axis is None or not _has_all(known.get(axis["key"]), axis, places):
            return axis
        return axis | {"isKnown": True, "values": [axis["values"][row] for row in new]}

    return data | {
        "places": list(places),
        "runs": {name: [values[row] for row in new] for name, values in data["runs"].items()},
        "columns": [shortened(axis) for axis in data["columns"]],
        "objective": shortened(data["objective"]),
    }


def _axes(data: Data) -> list[Data]:
    return [*data["columns"], *([data["objective"]] if data["objective"] else [])]


def _has_all(before: Data | None, axis: Data, places: Sequence[int | None]) -> bool:
    """Whether `before` says of each run that has a place what `axis` says."""
    if before is None or before["type"] != axis["type"]:
        return False
    old, new = _said(before), _said(axis)
    return all(place is None or old[place] == new[row] for row, place in enumerate(places))


def _said(axis: Data) -> list[Any]:
    if axis["type"] == "number":
        return list(axis["values"])
    return [None if place is None else axis["categories"][place] for place in axis["values"]]
