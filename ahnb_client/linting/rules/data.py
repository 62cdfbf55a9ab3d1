"""Values of the data that make training hard, or its result worthless."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Sample
from ..rule import Hit, rule
from .inputs import first_uses
from .scaling import NORMALIZE, is_large, largest_of, scaling_of, unscaled_use
from .words import OF_CLASSES, REGRESSION, counted, short

_LARGE = 100.0
_RATIO = 1_000.0
_FEWEST_SHARED = 5


@rule(
    "DATA01",
    "warn",
    title="large inputs without scaling",
    why="Initial weights are made for inputs of about unit size. Larger ones saturate units and "
    "make the loss steep in some directions and flat in others.",
    source="LeCun et al.: Efficient BackProp, 1998, 4.3; Keras docs, Rescaling and Normalization",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(255 * x, y)
""",
    sound="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Rescaling(1 / 255), layers.Dense(4, "relu"), layers.Dense(1)]
)
model.compile("adam", "mse")
model.fit(255 * x, y)
""",
)
def large_inputs(facts: Facts) -> Iterator[Hit]:
    """Inputs far from unit size that go straight into a layer with weights."""
    for sample in facts.inputs:
        layer = unscaled_use(facts, sample) if is_large(sample) else None
        if layer is not None:
            yield Hit(
                f"{sample.path} has values from {short(sample.min)} to {short(sample.max)}, and "
                f"nothing scales them before {layer.kind}",
                scaling_of(sample),
                {"layer": layer.name, "data": sample.path},
                {"min": sample.min, "max": sample.max, "mean": sample.mean, "std": sample.std},
            )


@rule(
    "DATA02",
    "error",
    title="NaN or infinity in the data",
    why="One NaN in a batch makes the loss NaN, and with it every weight for good.",
    source="Keras docs, TerminateOnNaN",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(with_gaps, y)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.nan_to_num(with_gaps), y)
""",
)
def not_finite(facts: Facts) -> Iterator[Hit]:
    """Inputs, targets and weights of samples that are not all finite numbers."""
    for path, sample in facts.samples.items():
        part = path.removeprefix("validation.").partition(".")[0]
        if sample.raw or not (sample.nan or sample.infinite):
            continue
        if part == "y" and not _loss_is_known(facts):
            continue  # a person's own loss may leave out what is missing
        found = [
            f"{count:,} {word}"
            for count, word in ((sample.nan, "NaN"), (sample.infinite, "infinite"))
            if count
        ]
        many = "value" if (sample.nan or 0) + (sample.infinite or 0) == 1 else "values"
        rows = counted(sample.rows, "row") if sample.rows else "? rows"
        yield Hit(
            f"{path} has {' and '.join(found)} {many} in the {rows} looked at",
            f"{path.rpartition('.')[2]} = np.nan_to_num(…), or leave these rows out",
            {"data": path},
            {"nan": sample.nan, "infinite": sample.infinite, "rows": sample.rows},
            severity=None if part == "y" or _uses_are_known(facts, sample, part) else "warn",
        )


def _loss_is_known(facts: Facts) -> bool:
    known = (*OF_CLASSES, *REGRESSION)
    return facts.is_plain and any(head.loss in known for head in facts.heads)


def _uses_are_known(facts: Facts, sample: Sample, part: str) -> bool:
    """Whether the values go into layers of Keras, none of which could take care of them."""
    uses = first_uses(facts, sample) if part == "x" else []
    return bool(uses) and not any(one.own or one.is_operation for one in uses)


@rule(
    "DATA03",
    "warn",
    title="features of very different size",
    why="The steps of gradient descent are as large as the features are: what is small is learnt "
    "a thousand times more slowly. A column that never changes tells nothing.",
    source="LeCun et al.: Efficient BackProp, 1998, 4.3",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x * [1, 1, 1, 1, 1, 1, 1, 50_000], y)
""",
    sound="""
normalization = layers.Normalization()
normalization.adapt(x * [1, 1, 1, 1, 1, 1, 1, 50_000])
model = keras.Sequential([keras.Input((8,)), normalization, layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x * [1, 1, 1, 1, 1, 1, 1, 50_000], y)
""",
)
def uneven_features(facts: Facts) -> Iterator[Hit]:
    """Columns whose standard deviations differ a thousandfold, or that never change."""
    for sample in facts.inputs:
        layer = None if sample.raw else unscaled_use(facts, sample)
        if layer is None or sample.dtype == "uint8":
            continue
        where = {"layer": layer.name, "data": sample.path}
        ratio, largest = sample.feature_std_ratio, largest_of(sample)
        # Seldom used columns, as of words or pixels, differ as well, but in none is a large value.
        if ratio is not None and ratio > _RATIO and largest > _LARGE:
            yield Hit(
                f"standard deviations of the {counted(sample.features or 0, 'column')} of "
                f"{sample.path} differ {short(ratio)}-fold, and nothing scales them",
                NORMALIZE,
                where,
                {"feature_std_ratio": ratio, "features": sample.features},
            )
        if sample.constant_features and (sample.rows or 0) > 1:
            yield Hit(
                f"{sample.constant_features} of the {counted(sample.features or 0, 'column')} of "
                f"{sample.path} never change",
                "leave them out",
                {"data": sample.path},
                {"constant_features": sample.constant_features, "features": sample.features},
                severity="info",
            )


@rule(
    "DATA04",
    "warn",
    title="validation on rows of the training",
    why="Rows that were trained on say nothing of new ones: the validation looks better than the "
    "model is, and early stopping stops too late.",
    source="Kapoor and Narayanan: Leakage and the reproducibility crisis, 2023",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, validation_data=(x[:50], y[:50]))
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x[50:], y[50:], validation_data=(x[:50], y[:50]))
""",
)
def seen_before(facts: Facts) -> Iterator[Hit]:
    """Validation rows that are training rows, more than chance makes of rows that repeat."""
    compared = [
        (path.removeprefix("validation."), sample)
        for path, sample in facts.samples.items()
        if path.startswith("validation.x")
    ]
    # Of several inputs one alone may have few values; a row is the same if all of them are.
    leaks = [_is_leak(sample, facts.samples.get(path)) for path, sample in compared]
    if not leaks or not all(leaks):
        return
    sample = compared[0][1]
    shared, rows = sample.shared_rows, sample.compared_rows
    yield Hit(
        "the validation lies in the memory of the training data"
        if sample.same_memory
        else f"{shared} of {rows} validation rows looked at are training rows as well",
        "x_train, x_val = keras.utils.split_dataset(…), after duplicates are removed",
        {"data": sample.path},
        {"shared_rows": shared, "compared_rows": rows, "same_memory": sample.same_memory},
    )


def _is_leak(sample: Sample, training: Sample | None) -> bool:
    if sample.same_memory:
        return True
    shared, rows = sample.shared_rows, sample.compared_rows
    if shared is None or not rows:
        return False
    repeated, of = (training.repeated_rows, training.compared_rows) if training else (None, None)
    by_chance = 3 * (repeated or 0) / (of or 1)
    return shared >= _FEWEST_SHARED and shared / rows > 0.01 + by_chance
