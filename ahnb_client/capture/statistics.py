"""Statistics of the arrays that a fit is given: what rules need to know of data.

Numbers alone: no value of the data leaves the process but its range, and the names of classes
where these are whole numbers.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from ahnb_client.capture.overlap import repeated_rows, same_memory, shared_rows
from ahnb_client.capture.samples import Sample, samples_of
from ahnb_client.capture.values import Json

MAX_CLASSES = 1_000
LARGEST_CLASS = 1_000_000
VALIDATION = "validation."
_NEAR_ONE = 1e-3


def statistics(leaves: list[tuple[str, Any]]) -> dict[str, Json]:
    """Return ``{path: statistics}`` of ``[(path, array or data set)]``; see `docs/linting.md`.

    At most 5,000 evenly spaced rows and some 200,000 values of each array are looked at.
    """
    samples = {one.path: one for one in samples_of(leaves)}
    found: dict[str, Json] = {}
    for path, sample in samples.items():
        with contextlib.suppress(Exception):  # an odd type: the others still tell something
            found[path] = _statistics(sample, samples)
    return found


def _statistics(sample: Sample, samples: Mapping[str, Sample]) -> dict[str, Json]:
    known: dict[str, Json] = {
        "shape": list(sample.shape),
        "rows": len(sample.rows),
        "dtype": sample.dtype,
        **({"raw": True} if sample.raw else {}),
        **({} if sample.shuffled is None else {"shuffled": sample.shuffled}),
    }
    rows = _numeric(sample.rows)
    if rows is not None and rows.size:
        known |= _numbers(rows, is_target=_is_target(sample.path))
    return known | _beside_training(sample, samples)


def _is_target(path: str) -> bool:
    return path.removeprefix(VALIDATION).partition(".")[0] == "y"


def _numeric(rows: Any) -> Any:
    """The rows if they are numbers, else None; bfloat16 and its like as float32."""
    if rows.dtype.kind in "iufb":
        return rows
    if rows.dtype.kind == "O":  # a data frame with columns of several types
        with contextlib.suppress(TypeError, ValueError):
            return rows.astype("float64")
        return None
    return rows.astype("float32") if rows.dtype.kind == "V" and rows.dtype.names is None else None


def _numbers(rows: Any, *, is_target: bool) -> dict[str, Json]:
    import numpy

    values = rows.astype("float64")
    known: dict[str, Json] = {"nan": 0, "infinite": 0}
    finite = values
    with numpy.errstate(all="ignore"):
        is_sound = bool(numpy.isfinite(values.sum()))
    if not is_sound:
        is_finite = numpy.isfinite(values)
        nan = int(numpy.count_nonzero(numpy.isnan(values)))
        known = {"nan": nan, "infinite": int((~is_finite).sum()) - nan}
        finite = values[is_finite]
    if not finite.size:
        return known
    known |= {name: float(getattr(finite, name)()) for name in ("min", "max", "mean", "std")}
    known["whole"] = _is_whole(finite)
    if is_sound:
        known |= _rowwise(values, known) | _features(values)
        known |= _target(values, known) if is_target else {}
    return known


def _is_whole(values: Any) -> bool:
    import numpy

    few = values.reshape(-1)[:100]  # most arrays are told by these
    return bool((few == numpy.floor(few)).all() and (values == numpy.floor(values)).all())


def _rowwise(values: Any, known: Mapping[str, Json]) -> dict[str, Json]:
    """What each row adds up to, over the last axis."""
    if values.ndim < 2 or values.shape[-1] < 2:
        return {}
    sums = values.sum(axis=-1)
    is_one = bool(known["min"] >= 0 and (abs(sums - 1) < _NEAR_ONE).all())
    one_hot = is_one and known["whole"]
    return {"one_hot": bool(one_hot), "sums_to_one": is_one}


def _features(values: Any) -> dict[str, Json]:
    """How the columns of a table differ."""
    if values.ndim != 2 or values.shape[1] < 2 or len(values) < 2:
        return {}
    constant = values.min(axis=0) == values.max(axis=0)
    deviations = values.std(axis=0)[~constant]
    known: dict[str, Json] = {
        "features": int(values.shape[1]),
        "constant_features": int(constant.sum()),
    }
    if deviations.size > 1 and deviations.min() > 0:
        known["feature_std_ratio"] = float(deviations.max() / deviations.min())
    return known


def _target(values: Any, known: Mapping[str, Json]) -> dict[str, Json]:
    """Classes and their order, of labels or of rows in one-hot form."""
    if known.get("one_hot") and values.ndim == 2:
        labels = values.argmax(axis=1).astype("float64")
    elif values.ndim == 1 or values.shape[1:] == (1,):
        labels = values.reshape(-1)
    else:
        return {}
    classes = _classes(labels) if known["whole"] else None
    told: dict[str, Json] = {} if classes is None else {"classes": classes}
    return told | ({"sorted": _is_sorted(labels)} if len(labels) > 2 else {})


def _classes(labels: Any) -> dict[str, int] | None:
    import numpy

    if abs(labels).max() > LARGEST_CLASS:
        return None
    names, counts = numpy.unique(labels, return_counts=True)
    if len(names) > MAX_CLASSES:
        return None
    return {str(int(name)): int(count) for name, count in zip(names, counts, strict=True)}


def _is_sorted(labels: Any) -> bool:
    import numpy

    steps = numpy.diff(labels)
    return bool(steps.any() and ((steps >= 0).all() or (steps <= 0).all()))


def _beside_training(sample: Sample, samples: Mapping[str, Sample]) -> dict[str, Json]:
    """Of inputs, which rows are there twice: in the training, or in training and validation."""
    if not sample.path.removeprefix(VALIDATION).startswith("x"):
        return {}
    if not sample.path.startswith(VALIDATION):
        repeated = repeated_rows(sample.compared)
        return {"repeated_rows": repeated, "compared_rows": len(sample.compared)}
    training = samples.get(sample.path.removeprefix(VALIDATION))
    if training is None or sample.raw != training.raw:
        return {}
    if sample.partial or training.partial:  # of which rows each gets, nothing is known
        return {}
    return {
        "shared_rows": shared_rows(training.compared, sample.compared),
        "compared_rows": len(sample.compared),
        "same_memory": same_memory(training.source, sample.source),
    }
