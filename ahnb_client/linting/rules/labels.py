"""Labels that do not go with the loss."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head, Sample
from ..rule import Hit, rule
from .words import (
    BINARY,
    CATEGORICAL,
    OF_CLASSES,
    SPARSE,
    counted,
    data_of,
    place_of,
    short,
    target_shape,
)

_LOSSES_PAGE = "Keras docs, Probabilistic losses"
_LEAST_ROWS = 20
_RATIO = 20
_ROWS_OF_A_CLASS = 20  # seen so seldom that its absence may be chance


def _target(head: Head) -> Sample | None:
    """The targets as the loss gets them; None where a pipeline still changes them."""
    return head.target if head.target is not None and not head.target.raw else None


@rule(
    "LAB01",
    "error",
    title="labels that are no classes of the output",
    why="Sparse categorical crossentropy uses a label as an index into the output. Beyond its end "
    "a CPU raises an error and a GPU gives NaN or zero without a word.",
    source=f"{_LOSSES_PAGE}: SparseCategoricalCrossentropy; TensorFlow docs, "
    "sparse_softmax_cross_entropy_with_logits",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels + 1)  # 1, 2, 3
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels)  # 0, 1, 2
""",
)
def no_such_class(facts: Facts) -> Iterator[Hit]:
    """Labels below 0, from the number of units on, or between whole numbers."""
    for head in facts.heads:
        target = _target(head)
        if head.loss not in SPARSE or target is None or _is_spread_out(head):
            continue
        low, high, units = target.min, target.max, head.units
        if low is None or high is None or units is None or units < 2:
            continue
        ignored = head.loss_settings.get("ignore_class")
        if target.whole is False:
            yield _label_hit(head, low, high, "whole numbers are expected", "int labels")
        elif (low < 0 and ignored is None) or (high >= units and high != ignored):
            one_more = "y - 1, or " if low == 1 and high == units else ""
            yield _label_hit(
                head, low, high, f"the output has {units} units", f"{one_more}Dense({int(high) + 1}"
                ', activation="softmax")'
            )  # fmt: skip


def _label_hit(head: Head, low: float, high: float, why: str, fix: str) -> Hit:
    return Hit(
        f"labels go from {short(low)} to {short(high)}, and {why}",
        fix,
        data_of(head),
        {"min": low, "max": high, "units": head.units},
    )


@rule(
    "LAB02",
    "error",
    title="labels in the form of the other categorical crossentropy",
    why="Categorical crossentropy compares with a row of probabilities, the sparse one with the "
    "number of a class. With the wrong form fit fails, or compares what has nothing to do with "
    "each other.",
    source=f"{_LOSSES_PAGE}: CategoricalCrossentropy, SparseCategoricalCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(x, labels)  # 0, 1, 2
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(x, one_hot)
""",
)
def other_form(facts: Facts) -> Iterator[Hit]:
    """Numbers of classes for the one loss, rows of probabilities for the other."""
    for head in facts.heads:
        shape = target_shape(head)
        if shape is None or (head.units or 0) < 2:
            continue
        where, evidence = data_of(head), {"shape": list(shape), "units": head.units}
        if head.loss in CATEGORICAL and shape[-1] == 1:
            yield Hit(
                f"{head.loss} expects rows of {head.units} probabilities, the labels are numbers "
                "of classes",
                'loss="sparse_categorical_crossentropy", or keras.utils.to_categorical(y, '
                f"{head.units})",
                where,
                evidence,
            )
        elif head.loss in SPARSE and _is_spread_out(head):
            yield Hit(
                f"{head.loss} expects numbers of classes, the labels are rows of {head.units}",
                'loss="categorical_crossentropy", or y.argmax(axis=-1)',
                where,
                evidence,
            )


def _is_spread_out(head: Head) -> bool:
    """Whether the targets have a value for each class."""
    shape, output = target_shape(head), head.output_shape
    if shape is None or output is None:
        return False
    return len(shape) == len(output) and shape[-1] == output[-1] and (shape[-1] or 0) > 1


@rule(
    "LAB03",
    "error",
    title="labels of binary crossentropy outside 0 to 1",
    why="Binary crossentropy takes labels for probabilities. With others it has no minimum: it "
    "falls below zero without end, and the outputs with it.",
    source=f"{_LOSSES_PAGE}: BinaryCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, 2 * yes_or_no - 1)  # -1, 1
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, yes_or_no)  # 0, 1
""",
)
def no_probability_label(facts: Facts) -> Iterator[Hit]:
    """Binary labels below 0 or above 1."""
    for head in facts.heads:
        target = _target(head)
        if head.loss not in BINARY or target is None or target.min is None or target.max is None:
            continue
        if target.min < -1e-3 or target.max > 1 + 1e-3:
            yield Hit(
                f"labels go from {short(target.min)} to {short(target.max)}, {head.loss} expects "
                "0 to 1",
                _into_unit(target.min, target.max),
                data_of(head),
                {"min": target.min, "max": target.max, "loss": head.loss},
            )


def _into_unit(low: float, high: float) -> str:
    if low >= -1 and high <= 1:
        return "y = (y + 1) / 2"
    if low >= 0 and 2 < high <= 255:
        return 'y = y / 255 for pixels; loss="sparse_categorical_crossentropy" for classes'
    return "labels 0 and 1"


@rule(
    "LAB04",
    "warn",
    title="one class, or nearly one, in the labels",
    why="A model that always says the larger class is right nearly always: loss and accuracy look "
    "good although nothing was learnt of the smaller one.",
    source="He and Garcia: Learning from Imbalanced Data, 2009; Keras docs, Imbalanced "
    "classification",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, rare)  # 5 of 200 rows are 1
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, rare, class_weight={0: 1.0, 1: 39.0})
""",
)
def lopsided(facts: Facts) -> Iterator[Hit]:
    """Labels of a single class; of two, one of which is rare and not weighted."""
    given = "sample_weight" in facts.data or "sample_weight" in facts.samples
    is_weighted = given or bool(facts.fit.get("class_weight"))
    for head in facts.heads:
        target = _target(head)
        if target is None or not target.classes or head.loss not in OF_CLASSES:
            continue
        counts = sorted(target.classes.values())
        if sum(counts) < _LEAST_ROWS:
            continue
        if len(counts) == 1:
            name = next(iter(target.classes))
            text = f"all {counted(sum(counts), 'label')} that were looked at are {name}"
            yield Hit(text, "labels of at least two classes", data_of(head), {"class": name})
        elif len(counts) == 2 and not is_weighted and "focal" not in (head.loss or ""):
            yield from _rare(head, target.classes, *counts)


def _rare(head: Head, classes: object, few: int, many: int) -> Iterator[Hit]:
    if few and many / few > _RATIO and few + many >= 100:
        yield Hit(
            f"{many:,} labels of one class and {few:,} of the other: always the larger one is "
            f"{many / (few + many):.1%} right",
            f"fit(…, class_weight={{rare: {many / few:.0f}, other: 1}}), and a metric such as "
            "keras.metrics.AUC(curve='PR')",
            place_of(head, "class_weight"),
            {"classes": classes, "ratio": round(many / few, 1)},
        )


@rule(
    "LAB05",
    "info",
    title="more units than classes",
    why="Units without a class cost nothing but probability; often they are a sign that labels "
    "are missing, or that the number was copied from another program.",
    source=f"{_LOSSES_PAGE}: SparseCategoricalCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(5, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels)  # 0, 1, 2
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels)  # 0, 1, 2
""",
)
def spare_units(facts: Facts) -> Iterator[Hit]:
    """Units to which no label belongs, although enough were looked at."""
    for head in facts.heads:
        target = _target(head)
        if target is None or not target.classes or head.loss not in (*SPARSE, *CATEGORICAL):
            continue
        seen, units = len(target.classes), head.units or 0
        if 1 < seen < units and sum(target.classes.values()) >= units * _ROWS_OF_A_CLASS:
            yield Hit(
                f"{units} units, and labels of {seen} classes",
                f"Dense({seen}) if there are no more",
                data_of(head),
                {"units": units, "classes": seen},
            )
