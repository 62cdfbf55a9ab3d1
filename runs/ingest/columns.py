"""Metrics of a batch: the values beside their axis, as columns for the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ahnb_platform.api.strictjson import escaped
from ahnb_platform.errors import Invalid

from ..metrics import Column
from ..names import clean_name
from .axes import Axis
from .fault import Fault
from .numbers import is_number
from .refusals import Refusals

FIELDS = frozenset(("axis", "v"))
NON_FINITE = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}

_NUMBERS = frozenset((int, float))


@dataclass
class _Plain:
    """Metrics on one axis whose values are numbers all: read together, at the speed of C."""

    axis: Axis
    names: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def read_columns(
    metrics: Mapping[str, Any], axes: Sequence[Axis | None], refusals: Refusals
) -> tuple[list[Column], list[bytes]]:
    """The columns that may be stored, and their content for the digest of the batch."""
    columns: dict[str, Column | None] = {}
    content: list[bytes] = []
    plain: dict[int, _Plain] = {}
    for given, entry in metrics.items():
        try:
            name = _name(given, columns)
            index, axis = _axis(entry, axes)
            values = _values(entry, axis)
        except Fault as fault:
            refusals.add(f"/metrics/{escaped(given)}", fault)
            continue
        content += [name.encode(), b"%d" % index]
        if axis.good is None and _NUMBERS.issuperset(map(type, values)):
            # Its place among the columns; the values come with those of its neighbours.
            columns[name] = None
            group = plain.setdefault(index, _Plain(axis))
            group.names.append(name)
            group.values += values
        else:
            array, kept = _odd_values(values, axis, given, refusals)
            columns[name] = _column(name, axis, array[kept], kept)
            content += [array.tobytes(), kept.tobytes()]
    for group in plain.values():
        content.append(_fill(columns, group))
    return [column for column in columns.values() if column and len(column.values)], content


def _fill(columns: dict[str, Column | None], group: _Plain) -> bytes:
    """Make the columns of a group, rows of one matrix; the content of all."""
    matrix = np.array(group.values, dtype=np.float64).reshape(len(group.names), -1)
    for name, row in zip(group.names, matrix, strict=True):
        columns[name] = _column(name, group.axis, row, None)
    return matrix.tobytes()


def _name(given: str, columns: Mapping[str, Column | None]) -> str:
    try:
        name = clean_name(given)
    except Invalid as error:
        raise Fault("", error.code, error.detail) from error
    if name in columns:
        raise Fault("", "duplicate-name", "Two names of this batch are equal once normalised.")
    return name


def _axis(entry: Any, axes: Sequence[Axis | None]) -> tuple[int, Axis]:
    if not isinstance(entry, dict):
        raise Fault("", "bad-metric", "A metric is an object with axis and v.")
    if entry.keys() != FIELDS:
        for name in entry.keys() - FIELDS:
            if not name.startswith("x_"):
                raise Fault("", "unknown-field", "A metric has no such field.")
    index = entry.get("axis")
    if type(index) is not int or not 0 <= index < len(axes):
        raise Fault("/axis", "bad-axis", "The axis is an index into axes.")
    axis = axes[index]
    if axis is None:
        raise Fault("/axis", "bad-axis", "This axis was refused.")
    return index, axis


def _values(entry: Mapping[str, Any], axis: Axis) -> list[Any]:
    values = entry.get("v")
    if not isinstance(values, list):
        raise Fault("/v", "bad-metric", "v is a list.")
    if len(values) != axis.count:
        raise Fault("/v", "bad-length", f"The axis has {axis.count} positions.")
    return values


def _odd_values(
    values: Sequence[Any], axis: Axis, given: str, refusals: Refusals
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """One by one: words for non-finite numbers, null for none, faults; and which are stored."""
    array = np.full(axis.count, np.nan)
    kept = np.ones(axis.count, dtype=np.bool_) if axis.good is None else axis.good.copy()
    for index, value in enumerate(values):
        if is_number(value):
            array[index] = value
        elif isinstance(value, str) and value in NON_FINITE:
            array[index] = NON_FINITE[value]
        else:
            kept[index] = False
            if value is not None:
                refusals.add(f"/metrics/{escaped(given)}", _bad_value(index))
    return array, kept


def _bad_value(index: int) -> Fault:
    return Fault(
        f"/v/{index}",
        "bad-value",
        'A value is a number of at most 40 characters, "NaN", "Infinity", "-Infinity" or null.',
    )


def _column(
    name: str, axis: Axis, values: NDArray[np.float64], kept: NDArray[np.bool_] | None
) -> Column:
    if kept is None or kept.all():
        return Column(name, axis.unit, axis.steps, axis.times, axis.at_step, values)
    return Column(
        name,
        axis.unit,
        None if axis.steps is None else axis.steps[kept],
        axis.times[kept],
        None if axis.at_step is None else axis.at_step[kept],
        values,
    )
