"""Metrics of a batch: the values beside their axis, as columns for the store."""

from collections.abc import Mapping, Sequence
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


def read_columns(
    metrics: Mapping[str, Any], axes: Sequence[Axis | None], refusals: Refusals
) -> tuple[list[Column], list[bytes]]:
    """The columns that may be stored, and their content for the digest of the batch."""
    columns: dict[str, Column] = {}
    content: list[bytes] = []
    for given, entry in metrics.items():
        prefix = f"/metrics/{escaped(given)}"
        try:
            name = _name(given, columns)
            axis, index = _axis(entry, axes)
            values, kept = _values(entry, axis, prefix, refusals)
        except Fault as fault:
            refusals.add(prefix, fault)
            continue
        columns[name] = _column(name, axis, values, kept)
        mark = b"" if kept is None else kept.tobytes()
        content += [name.encode(), b"%d" % index, values.tobytes(), mark]
    return [column for column in columns.values() if len(column.values)], content


def _name(given: str, columns: Mapping[str, Column]) -> str:
    try:
        name = clean_name(given)
    except Invalid as error:
        raise Fault("", error.code, error.detail) from error
    if name in columns:
        raise Fault("", "duplicate-name", "Two names of this batch are equal once normalised.")
    return name


def _axis(entry: Any, axes: Sequence[Axis | None]) -> tuple[Axis, int]:
    if not isinstance(entry, dict):
        raise Fault("", "bad-metric", "A metric is an object with axis and v.")
    for name in entry.keys() - FIELDS:
        if not name.startswith("x_"):
            raise Fault("", "unknown-field", "A metric has no such field.")
    index = entry.get("axis")
    if type(index) is not int or not 0 <= index < len(axes):
        raise Fault("/axis", "bad-axis", "The axis is an index into axes.")
    axis = axes[index]
    if axis is None:
        raise Fault("/axis", "bad-axis", "This axis was refused.")
    return axis, index


def _values(
    entry: Mapping[str, Any], axis: Axis, prefix: str, refusals: Refusals
) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """All values (NaN where there is none), and which of them are stored; None for all."""
    values = entry.get("v")
    if not isinstance(values, list):
        raise Fault("/v", "bad-metric", "v is a list.")
    if len(values) != axis.count:
        raise Fault("/v", "bad-length", f"The axis has {axis.count} positions.")
    if _NUMBERS.issuperset(map(type, values)):
        return np.array(values, dtype=np.float64), axis.good
    return _odd_values(values, axis, prefix, refusals)


def _odd_values(
    values: Sequence[Any], axis: Axis, prefix: str, refusals: Refusals
) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """One by one: words for non-finite numbers, null for none, faults."""
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
                refusals.add(prefix, _bad_value(index))
    return array, None if kept.all() else kept


def _bad_value(index: int) -> Fault:
    return Fault(
        f"/v/{index}",
        "bad-value",
        'A value is a number of at most 40 characters, "NaN", "Infinity", "-Infinity" or null.',
    )


def _column(
    name: str, axis: Axis, values: NDArray[np.float64], kept: NDArray[np.bool_] | None
) -> Column:
    if kept is None:
        return Column(name, axis.unit, axis.steps, axis.times, axis.at_step, values)
    return Column(
        name,
        axis.unit,
        None if axis.steps is None else axis.steps[kept],
        axis.times[kept],
        None if axis.at_step is None else axis.at_step[kept],
        values[kept],
    )
