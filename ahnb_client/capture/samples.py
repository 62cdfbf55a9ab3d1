"""A few rows of what a fit is given, cheap enough to be taken while the training waits.

Generators, loaders and people's own classes are never asked for an element. Of a tf.data set the
tensors that it begins with are looked at.
"""

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ahnb_client.capture.data import wrapped_stages
from ahnb_client.capture.spaced import DEVICE_BYTES, places

MAX_ROWS = 5_000
MAX_VALUES = 200_000  # of all rows that are looked at, but always
LEAST_ROWS = 4
MAPPED_ROWS = 100  # of a file in memory: each row may be a read from the disk
MAX_COMPARED = 2_000  # rows that are looked for in other data
COMPARED_BYTES = 1 << 20
MAX_LIST = 100_000
_DEPTH = 8

# Stages of tf.data that hand on rows as they are; the latter ones not all of them.
_SAME = {"Batch", "ParallelBatch", "Shuffle", "Prefetch", "Repeat", "Cache", "Options"}
_FEWER = {"Take", "Skip"}


@dataclass(frozen=True)
class Sample:
    """Some rows of one array.

    Attributes:
        path: where it was given, ``x.left``.
        shape: of the whole array.
        dtype: its name.
        rows: a NumPy array of evenly spaced rows.
        source: the array itself, to see whose memory it is.
        raw: a pipeline changes the rows before they are trained on.
        partial: not all rows are trained on, and nobody knows which.
        shuffled: by a stage of its pipeline; None for arrays and where that is unknown.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str
    rows: Any
    source: Any
    raw: bool = False
    partial: bool = False
    shuffled: bool | None = None

    @cached_property
    def compared(self) -> Any:
        """Rows to be looked for in other data: more of them than `rows` where they are long."""
        import numpy

        if not isinstance(self.source, numpy.ndarray) or isinstance(self.source, numpy.memmap):
            return self.rows[places(len(self.rows), MAX_COMPARED)]
        in_row = max(self.source.nbytes // max(len(self.source), 1), 1)
        most = min(max(COMPARED_BYTES // in_row, LEAST_ROWS), MAX_COMPARED)
        return self.source[places(len(self.source), most)]


def samples_of(leaves: list[tuple[str, Any]]) -> list[Sample]:
    """Return samples of ``[(path, array or data set)]``, without those that would cost much."""
    found: list[Sample] = []
    for path, leaf in leaves:
        with contextlib.suppress(Exception):  # a person's object may fail in any way
            parts = _of_dataset(path, leaf) if hasattr(leaf, "element_spec") else [(path, leaf, {})]
            found += [one for part in parts if (one := _sample(*part)) is not None]
    return found


def _sample(path: str, data: Any, told: dict[str, Any]) -> Sample | None:
    taken = _rows_of(data)
    if taken is None or taken[1].ndim == 0:
        return None
    length, rows = taken
    shape = (length, *map(int, rows.shape[1:]))
    dtype = getattr(getattr(data, "dtype", None), "name", None) or rows.dtype.name
    return Sample(path, shape, str(dtype), rows, data, **told)


def _rows_of(data: Any) -> tuple[int, Any] | None:
    """The number of rows, and some of them as a NumPy array."""
    import numpy

    if isinstance(data, numpy.ndarray):
        return len(data), data[places(len(data), _most(data.shape, data))]
    if hasattr(data, "iloc"):
        shape = getattr(data, "shape", (len(data),))
        return len(data), numpy.asarray(data.iloc[places(len(data), _most(shape))])
    if isinstance(data, (list, tuple)):
        array = numpy.asarray(data) if len(data) <= MAX_LIST else None
        return None if array is None or array.dtype.hasobject else _rows_of(array)
    return _rows_of_tensor(data)


def _rows_of_tensor(data: Any) -> tuple[int, Any] | None:
    """Of a tensor that is small enough to be brought from its device."""
    import numpy

    package = type(data).__module__.partition(".")[0]
    if package not in ("tensorflow", "jax", "jaxlib", "torch"):
        return None
    values = math.prod(map(int, data.shape))
    if values * _width(data) > DEVICE_BYTES:
        return None
    host = numpy.asarray(data.detach().cpu() if hasattr(data, "detach") else data)
    return len(host), host[places(len(host), _most(host.shape))]


def _width(data: Any) -> int:
    size = getattr(data.dtype, "size", None) or getattr(data.dtype, "itemsize", None)
    return int(size) if isinstance(size, int) and size else 8


def _most(shape: Any, data: Any = None) -> int:
    """How many rows are looked at of an array of this shape."""
    import numpy

    in_row = max(math.prod(map(int, shape[1:])), 1)
    most = min(max(MAX_VALUES // in_row, LEAST_ROWS), MAX_ROWS)
    return min(most, MAPPED_ROWS) if isinstance(data, numpy.memmap) else most


# tf.data


def _of_dataset(path: str, data: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """``(path, tensor, what is known of it)`` of the tensors that a tf.data set begins with.

    The elements of the set given as ``x`` are ``(x, y, sample_weight)``.
    """
    raw = partial = shuffled = False
    for stage in wrapped_stages(data):
        tensors = getattr(stage, "_tensors", None)
        if isinstance(tensors, (list, tuple)) and tensors:
            order = shuffled or (None if raw else False)
            told = {"raw": raw, "partial": partial, "shuffled": order}
            named = zip(_paths(stage.element_spec, path), tensors, strict=True)
            yield from ((name, tensor, told) for name, tensor in named)
            return
        kind = type(stage).__name__.strip("_").removesuffix("Dataset")
        shuffled = shuffled or kind == "Shuffle"
        partial = partial or kind not in _SAME
        raw = raw or kind not in _SAME | _FEWER


def _paths(spec: Any, path: str) -> list[str]:
    """Names of the tensors in the order in which TensorFlow keeps them."""
    if not isinstance(spec, tuple):
        return _inner(spec, path)
    before = path.removesuffix("x")
    names = [f"{before}{name}" for name in ("x", "y", "sample_weight")]
    return [one for name, part in zip(names, spec, strict=False) for one in _inner(part, name)]


def _inner(spec: Any, path: str, depth: int = 0) -> list[str]:
    if isinstance(spec, Mapping) and depth < _DEPTH:
        parts: list[Any] = [(key, spec[key]) for key in sorted(spec)]
    elif isinstance(spec, (tuple, list)) and depth < _DEPTH:
        parts = list(enumerate(spec))
    else:
        return [path]
    return [one for key, part in parts for one in _inner(part, f"{path}.{key}", depth + 1)]
