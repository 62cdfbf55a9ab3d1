"""The form of training data, never its content: nothing is read from a generator or data set."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from ahnb_client.capture.values import Json, dtype_name, qualified_name

SOURCE = "_ahnb_source"  # of a data set that `ahnb_client.timed` made: what it was made from
_MAX_PARTS = 100
_MAX_WRAPPERS = 32
_CARDINALITIES = {-1: "infinite", -2: "unknown"}


def structure(data: Any) -> Json:
    """Return type, shape and dtype of arrays and tensors, kept in their lists and mappings.

    Data sets and generators are described by what they say of themselves.
    """
    if isinstance(data, Mapping):
        return {str(key): structure(part) for key, part in list(data.items())[:_MAX_PARTS]}
    if isinstance(data, (list, tuple)):
        return _sequence(data)
    described: dict[str, Json] = {"type": _type(data)}
    if hasattr(data, "shape"):
        return described | _array(data)
    if hasattr(data, "element_spec"):
        return described | _dataset(data)
    return described | _stream(data)


def samples_in(data: Any) -> int | None:
    """Return the number of rows of arrays or structures of arrays; None where only time tells."""
    leaf = _first_leaf(data)
    shape = getattr(leaf, "shape", None)
    with contextlib.suppress(TypeError, ValueError, IndexError):
        return int(shape[0])  # type: ignore[index]
    return None


def batch_size_of(data: Any) -> int | None:
    """Return the batch size that a data set, loader or sequence states."""
    for stage in wrapped_stages(data):
        size = getattr(stage, "batch_size", None)
        if size is None:
            # tf.data keeps it in the stage that `batch` made.
            size = getattr(stage, "_batch_size", None)
        with contextlib.suppress(TypeError, ValueError):
            return int(size)  # type: ignore[arg-type]
    return None


def wrapped_stages(data: Any) -> Iterator[Any]:
    """Yield a tf.data set and what it is made from, back to its beginning."""
    for _ in range(_MAX_WRAPPERS):
        if data is None:
            return
        yield data
        data = getattr(data, SOURCE, None) or getattr(data, "_input_dataset", None)


def _sequence(data: Any) -> Json:
    if data and isinstance(data[0], (int, float, str)):
        return {"type": _type(data), "length": len(data)}
    return [structure(part) for part in data[:_MAX_PARTS]]


def _array(data: Any) -> dict[str, Json]:
    form: dict[str, Json] = {
        "shape": [None if length is None else int(length) for length in data.shape]
    }
    if hasattr(data, "dtype"):
        form["dtype"] = dtype_name(data.dtype)
    elif hasattr(data, "dtypes"):  # a data frame
        columns = list(data.dtypes.items())[:_MAX_PARTS]
        form["columns"] = {str(name): dtype_name(dtype) for name, dtype in columns}
    return form


def _dataset(data: Any) -> dict[str, Json]:
    form: dict[str, Json] = {"elements": structure(data.element_spec)}
    if (batch_size := batch_size_of(data)) is not None:
        form["batch_size"] = batch_size
    with contextlib.suppress(Exception):
        batches = int(data.cardinality())
        form["batches"] = _CARDINALITIES.get(batches, batches)
    return form


def _stream(data: Any) -> dict[str, Json]:
    """A generator, PyDataset or loader."""
    form: dict[str, Json] = {}
    if (batch_size := batch_size_of(data)) is not None:
        form["batch_size"] = batch_size
    for attribute in ("num_batches", "workers", "use_multiprocessing"):
        with contextlib.suppress(Exception):
            value = getattr(data, attribute)
            form[attribute] = value if isinstance(value, (bool, int)) else int(value)
    return form


def _type(data: Any) -> str:
    return qualified_name(type(data))


def _first_leaf(data: Any) -> Any:
    for _ in range(_MAX_WRAPPERS):
        if isinstance(data, Mapping):
            data = next(iter(data.values()), None)
        elif isinstance(data, (list, tuple)):
            data = data[0] if data else None
        else:
            break
    return data
