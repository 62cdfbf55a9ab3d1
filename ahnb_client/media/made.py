"""Histograms, confusion matrices and tables of what a training has at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..words import numbered
from .arrays import host

MOST_CLASSES = 200
MOST_ROWS = 2000
LONGEST_TEXT = 1000


def histogram_of(values: Any, bins: int = 64) -> dict[str, Any]:
    """How values are spread: `bins` of equal width between the least and the greatest.

    What is not finite is left out and counted in the caption.

    Raises:
        ValueError: no value is finite.
    """
    import numpy as np

    flat = np.asarray(host(values), dtype=np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    if not len(finite):
        raise ValueError("a histogram needs a finite value")
    # Between the largest floats lies more than a float can hold.
    finite = np.clip(finite, -1e300, 1e300)
    try:
        counts, edges = np.histogram(finite, bins=max(1, min(int(bins), 1024)))
    except ValueError:  # so near each other that floats cannot tell the edges apart
        middle = float(finite[0])
        reach = max(abs(middle), 1.0) * 1e-9
        counts, edges = np.array([len(finite)]), np.array([middle - reach, middle + reach])
    data = {"type": "histogram", "edges": edges.tolist(), "counts": counts.tolist()}
    left_out = len(flat) - len(finite)
    return data | ({"caption": f"{left_out:,} not finite, left out"} if left_out else {})


def confusion_of(y_true: Any, y_pred: Any, labels: Sequence[Any] | None = None) -> dict[str, Any]:
    """How often each label was predicted as which.

    Args:
        y_true: class numbers, or one row of probabilities or a one-hot row a sample.
        y_pred: likewise.
        labels: a name for each class number; by default the numbers.

    Raises:
        ValueError: the two differ in length, a number has no label, or there are too many.
    """
    import numpy as np

    is_, was = _classes(y_true), _classes(y_pred)
    if len(is_) != len(was) or not len(is_):
        raise ValueError(f"{numbered(len(is_), 'label')} and {numbered(len(was), 'prediction')}")
    top = int(max(is_.max(), was.max())) + 1
    count = top if labels is None else len(labels)
    if not top <= count <= MOST_CLASSES or min(is_.min(), was.min()) < 0:
        raise ValueError(
            f"classes 0 to {top - 1}, {numbered(count, 'label')}, at most {MOST_CLASSES}"
        )
    counts = np.zeros((count, count), np.int64)
    np.add.at(counts, (is_, was), 1)
    names = [str(name)[:LONGEST_TEXT] for name in (range(count) if labels is None else labels)]
    return {"type": "confusion", "labels": names, "counts": counts.tolist()}


def table_of(rows: Any, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """A table.

    Args:
        rows: a data frame, a mapping of columns, a list of mappings, or a list of lists.
        columns: the heads of a list of lists; which columns to take of the others.

    Raises:
        ValueError: there are no columns, or rows of another length.
    """
    heads, found = _table(rows, columns)
    if not heads or any(len(row) != len(heads) for row in found):
        raise ValueError("a table has a value for each of its columns in each row")
    data: dict[str, Any] = {
        "type": "table",
        "columns": [str(head)[:LONGEST_TEXT] for head in heads],
        "rows": [[_cell(value) for value in row] for row in found[:MOST_ROWS]],
    }
    left_out = len(found) - MOST_ROWS
    return data | (
        {"caption": f"{numbered(left_out, 'further row')} left out"} if left_out > 0 else {}
    )


def _classes(values: Any) -> Any:
    import numpy as np

    found = np.asarray(host(values))
    if found.ndim == 2 and found.shape[1] > 1:
        return found.argmax(axis=1)
    flat = found.ravel()
    whole = flat.astype(np.int64)
    if not np.array_equal(whole, flat):
        raise ValueError("classes are whole numbers, or rows of probabilities")
    return whole


def _table(rows: Any, columns: Sequence[str] | None) -> tuple[list[Any], list[list[Any]]]:
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        heads = list(rows.columns if columns is None else columns)
        return heads, [list(row) for row in rows[heads].itertuples(index=False, name=None)]
    if isinstance(rows, Mapping):
        heads = list(rows if columns is None else columns)
        held = [list(host(rows[head])) for head in heads]
        if len({len(column) for column in held}) > 1:
            raise ValueError("the columns of a table have one length")
        return heads, [list(row) for row in zip(*held, strict=True)]
    found = list(rows)
    if found and isinstance(found[0], Mapping):
        heads = list(dict.fromkeys(key for row in found for key in row))
        heads = heads if columns is None else list(columns)
        return heads, [[row.get(head) for head in heads] for row in found]
    return list(columns or ()), [list(host(row)) for row in found]


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        return _cell(value.item())
    return str(value)[:LONGEST_TEXT]
