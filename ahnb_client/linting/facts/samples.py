"""Statistics of the arrays that a training was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .reading import Json, finite, mapping, shape, text, truth, whole


@dataclass(frozen=True)
class Sample:
    """What was seen of one array: ``x``, ``y``, ``validation.x.left`` …; unknown is None.

    Attributes:
        path: where it was given.
        shape: of the whole array.
        rows: how many of its rows were looked at.
        dtype: as ``float32``.
        raw: what is known is of the beginning of a pipeline that still changes it.
        min, max, mean, std: of the finite values.
        nan, infinite: how many values are.
        whole: all values are whole numbers.
        classes: of a target of whole numbers, or of one in one-hot form, the number of rows of
            each class, by its name ("0", "1"); None where it has none or too many.
        one_hot: each row has a single one, all else zero.
        sums_to_one: each row's values add up to 1.
        shuffled: by its tf.data pipeline; None where there is none or it is not known.
        sorted: the rows stand in the order of their classes or values.
        feature_std_ratio: the largest standard deviation of a feature by the smallest above 0.
        constant_features: how many features never change, of `features`.
        compared_rows: how many rows, evenly spaced, were compared with others.
        repeated_rows: of training, how many of them are equal to an earlier one.
        shared_rows: of validation, how many of them are also among those of the training.
        same_memory: of validation, it lies in the memory of the training data.
    """

    path: str
    shape: tuple[int | None, ...] | None = None
    rows: int | None = None
    dtype: str | None = None
    raw: bool = False
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    nan: int = 0
    infinite: int = 0
    whole: bool | None = None
    classes: Mapping[str, int] | None = None
    one_hot: bool | None = None
    sums_to_one: bool | None = None
    sorted: bool | None = None
    shuffled: bool | None = None
    features: int | None = None
    feature_std_ratio: float | None = None
    constant_features: int | None = None
    compared_rows: int | None = None
    repeated_rows: int | None = None
    shared_rows: int | None = None
    same_memory: bool | None = None
    document: Mapping[str, Json] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: str, found: Mapping[str, Json]) -> Sample:
        """The sample of one entry of ``data.statistics``."""
        counts = {name: whole(count) or 0 for name, count in mapping(found.get("classes")).items()}
        return cls(
            path=path,
            shape=shape(found.get("shape")),
            rows=whole(found.get("rows")),
            dtype=text(found.get("dtype")),
            raw=found.get("raw") is True,
            **{name: finite(found.get(name)) for name in _NUMBERS},  # type: ignore[arg-type]
            nan=whole(found.get("nan")) or 0,
            infinite=whole(found.get("infinite")) or 0,
            **{name: truth(found.get(name)) for name in _TRUTHS},
            classes=counts or None,
            **{name: whole(found.get(name)) for name in _COUNTS},  # type: ignore[arg-type]
            document=found,
        )


_NUMBERS = ("min", "max", "mean", "std", "feature_std_ratio")
_TRUTHS = ("whole", "one_hot", "sums_to_one", "sorted", "shuffled", "same_memory")
_COUNTS = ("features", "constant_features", "compared_rows", "repeated_rows", "shared_rows")
