"""Series as tables of pandas."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .frames import pandas
from .series import SeriesRecord

if TYPE_CHECKING:
    from pandas import DataFrame


def table_of(series: Mapping[str, SeriesRecord]) -> "DataFrame":
    """Return a row for each step of any of them; the index is named by the unit.

    Raises:
        ConfigurationError: pandas is not installed, or the series have several units.
    """
    module = pandas()
    units = sorted({one.unit for one in series.values()})
    if len(units) > 1:
        raise ConfigurationError(f"one table has one unit, not {' and '.join(units)}")
    columns = {}
    for name, one in series.items():
        named = {name: one.low} if one.exact else {f"{name}.min": one.low, f"{name}.max": one.high}
        for column, values in named.items():
            found = module.Series(values, index=one.steps, dtype="float64")
            # A step that was recorded twice keeps what came last.
            columns[column] = found[~found.index.duplicated(keep="last")]
    table = module.DataFrame(columns).sort_index()
    table.index.name = units[0] if units else "step"
    return table
