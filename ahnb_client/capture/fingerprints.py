"""What the data was: ranges, classes and a hash of some rows. For a thread of its own.

Generators and loaders are not touched. Of a tf.data set the tensors or files that it begins with
are looked at, never an element that it would have to make.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ahnb_client.capture.data import wrapped_stages
from ahnb_client.capture.secrets import masked_text
from ahnb_client.capture.spaced import DEVICE_BYTES, places
from ahnb_client.capture.values import Json, text

MAX_LEAVES = 100
MAX_FILES = 100
SAMPLE_ROWS = 256
WHOLE_VALUES = 4_000_000  # arrays up to this many values are looked at whole
SAMPLE_VALUES = 1_000_000
MAX_CLASSES = 1_000


def leaves(data: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return ``[(path, leaf)]`` of structures of arrays: ``x.left``, ``validation.y``."""
    parts: Any
    if isinstance(data, Mapping):
        parts = data.items()
    elif isinstance(data, (list, tuple)) and not _is_numbers(data):
        parts = enumerate(data)
    else:
        return [] if data is None else [(path, data)]
    found: list[tuple[str, Any]] = []
    for key, part in list(parts)[:MAX_LEAVES]:
        found += leaves(part, f"{path}.{key}" if path else str(key))
    return found[:MAX_LEAVES]


def fingerprint(data: Any, *, is_target: bool = False) -> dict[str, Json]:
    """Return what tells one data set from another, empty where nothing can be told.

    Of numbers ``{min, max, mean, nan, infinite, values}``, the latter being how many were looked
    at; of targets in classes ``classes`` with the number of rows of each; ``hash`` is a BLAKE2b
    of type, shape and up to 256 evenly spaced rows.
    """
    with contextlib.suppress(Exception):
        if hasattr(data, "element_spec"):
            return _of_dataset(data)
        return _of_rows(_rows_of(data), is_target=is_target)
    return {}


def _is_numbers(data: Any) -> bool:
    return bool(data) and isinstance(data[0], (int, float, str))


def _rows_of(data: Any) -> Any:
    """The data as a NumPy array or data frame; None where that would cost or consume something."""
    import numpy

    if isinstance(data, numpy.ndarray) or hasattr(data, "iloc"):
        return data
    if isinstance(data, (list, tuple)):
        return numpy.asarray(data) if len(data) <= SAMPLE_VALUES else None
    if not hasattr(data, "shape") or not hasattr(data, "dtype"):
        return None
    if hasattr(data, "nbytes") and data.nbytes > DEVICE_BYTES:
        return None
    return numpy.asarray(data.detach().cpu() if hasattr(data, "detach") else data)


def _of_rows(rows: Any, *, is_target: bool) -> dict[str, Json]:
    if rows is None or not getattr(rows, "shape", ()):
        return {}
    if hasattr(rows, "iloc"):
        return _of_frame(rows, is_target=is_target)
    found = {**_numbers(rows), "hash": _hash_of(rows)}
    classes = _classes(rows) if is_target else None
    return found if classes is None else {**found, "classes": classes}


def _of_frame(frame: Any, *, is_target: bool) -> dict[str, Json]:
    """A pandas data frame or series: by column, and one hash of rows."""
    import numpy

    sample = frame.iloc[places(len(frame), SAMPLE_ROWS)]
    found: dict[str, Json] = {"hash": _digest(repr(frame.shape), sample.to_csv().encode())}
    if not hasattr(frame, "columns"):
        return found | _of_rows(numpy.asarray(frame), is_target=is_target) | found
    columns = list(frame.columns)[:MAX_LEAVES]
    found["columns"] = {
        str(name): _numbers(numpy.asarray(frame[name]))
        for name in columns
        if frame[name].dtype.kind in "iufb"
    }
    return found


def _numbers(array: Any) -> dict[str, Json]:
    """Range, mean and what is no number; of large arrays from evenly spaced rows."""
    import numpy

    if array.dtype.kind not in "iufb" or array.size == 0:
        return {}
    looked_at = array
    if array.size > WHOLE_VALUES:
        rows = max(SAMPLE_VALUES * len(array) // array.size, 1)
        looked_at = array[places(len(array), rows)]
    finite = looked_at
    counts: dict[str, Json] = {}
    if array.dtype.kind == "f":
        is_finite = numpy.isfinite(looked_at)
        odd = int(looked_at.size - numpy.count_nonzero(is_finite))
        nan = int(numpy.count_nonzero(numpy.isnan(looked_at))) if odd else 0
        counts = {"nan": nan, "infinite": odd - nan}
        finite = looked_at[is_finite] if odd else looked_at
    if finite.size:
        counts |= {
            "min": finite.min().item(),
            "max": finite.max().item(),
            "mean": float(finite.mean(dtype="float64")),
        }
    return {**counts, "values": int(looked_at.size)}


def _classes(array: Any) -> dict[str, int] | None:
    """How many rows each class has: of labels or of one-hot rows; None where there are none."""
    import numpy

    if array.ndim == 2 and 1 < array.shape[1] <= MAX_CLASSES:
        sample = array[places(len(array), SAMPLE_ROWS)]
        if numpy.isin(sample, (0, 1)).all() and (sample.sum(axis=1) == 1).all():
            return {str(k): int(n) for k, n in enumerate(array.sum(axis=0))}
        return None
    labels = array.reshape(-1) if array.ndim == 1 or array.shape[1:] == (1,) else None
    if labels is None or labels.dtype.kind not in "iufb" or labels.size > WHOLE_VALUES:
        return None
    if labels.dtype.kind == "f" and not (labels == numpy.floor(labels)).all():
        return None
    low, high = labels.min(), labels.max()
    if low < 0 or high >= MAX_CLASSES:
        return None
    counts = numpy.bincount(labels.astype("int64"))
    return {str(k): int(n) for k, n in enumerate(counts) if n}


def _hash_of(array: Any) -> str:
    import numpy

    sample = array[places(len(array), SAMPLE_ROWS)]
    if sample.dtype.hasobject:
        content = repr(sample.tolist()).encode()
    else:
        content = numpy.ascontiguousarray(sample).tobytes()
    return _digest(f"{array.dtype.str} {array.shape}", content)


def _digest(form: str, content: bytes) -> str:
    return hashlib.blake2b(form.encode() + content, digest_size=16).hexdigest()


def _of_dataset(data: Any) -> dict[str, Json]:
    """The tensors or files that a tf.data set begins with, where it tells them."""
    for stage in wrapped_stages(data):
        tensors = getattr(stage, "_tensors", None)
        if isinstance(tensors, (list, tuple)) and tensors:
            told: list[Json] = [fingerprint(part) for part in tensors[:MAX_LEAVES]]
            return {"tensors": told} if any(told) else {}
        names = getattr(stage, "_filenames", None)
        if names is not None:
            return {"files": _files(names)}
    return {}


def _files(names: Any) -> list[Json]:
    found: list[Json] = []
    for stage in wrapped_stages(names):  # TensorFlow keeps the names as a data set
        names = getattr(stage, "_tensors", [stage])[0]
    for name in names.numpy().reshape(-1)[:MAX_FILES]:
        path = Path(name.decode("utf-8", "replace"))
        described: dict[str, Json] = {"path": text(masked_text(str(path)), 1_000)}
        with contextlib.suppress(OSError):
            state = path.stat()
            described |= {"bytes": state.st_size, "changed_at": state.st_mtime}
        found.append(described)
    return found
