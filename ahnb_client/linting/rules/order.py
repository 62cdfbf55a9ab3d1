"""The order in which rows are trained on."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Sample
from ..facts.reading import finite, text, whole
from ..rule import Hit, rule


@rule(
    "DATA05",
    "warn",
    title="sorted labels that are not shuffled",
    why="validation_split takes the last rows as they stand: of sorted ones those of one class. "
    "Without shuffling each batch pulls the weights to a class of its own.",
    source="Keras docs, Model.fit: validation_split, shuffle",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, np.sort(labels), validation_split=0.2)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, validation_split=0.2)
""",
)
def in_order(facts: Facts) -> Iterator[Hit]:
    """Arrays in the order of their labels, split at the end or not shuffled."""
    split = finite(facts.fit.get("validation_split")) or 0.0
    rows, batch = facts.rows, whole(facts.fit.get("batch_size"))
    is_one_batch = rows is not None and batch is not None and batch >= rows
    is_kept = facts.fit.get("shuffle") is False and not is_one_batch and _are_arrays(facts)
    for sample in _sorted_targets(facts):
        if split > 0:
            yield Hit(
                f"{sample.path} is sorted, and validation_split={split:g} takes its last rows"
                + _classes(sample),
                "shuffle rows of x and y together before fit",
                {"argument": "validation_split", "data": sample.path},
                {"validation_split": split, "sorted": True},
            )
        elif is_kept:
            yield Hit(
                f"{sample.path} is sorted, and fit does not shuffle{_classes(sample)}",
                "fit(…, shuffle=True)",
                {"argument": "shuffle", "data": sample.path},
                {"shuffle": False, "sorted": True},
            )


@rule(
    "DATA06",
    "warn",
    title="a pipeline of sorted labels that is not shuffled",
    why="fit does not shuffle a tf.data set. In the order of the classes each batch pulls the "
    "weights to a class of its own.",
    source="Keras docs, Model.fit: shuffle; TensorFlow guide, tf.data: Randomly shuffling",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(tf.data.Dataset.from_tensor_slices((x, np.sort(labels))).batch(16))
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(tf.data.Dataset.from_tensor_slices((x, np.sort(labels))).shuffle(200).batch(16))
""",
)
def pipeline_in_order(facts: Facts) -> Iterator[Hit]:
    """A tf.data set of sorted labels, of whose stages none shuffles."""
    for sample in _sorted_targets(facts):
        if sample.shuffled is False:
            yield Hit(
                f"{sample.path} is sorted, and no stage of the pipeline shuffles"
                + _classes(sample),
                f"dataset.shuffle({sample.shape[0] if sample.shape else '…'}) before batch",
                {"data": sample.path},
                {"sorted": True, "shuffled": False},
            )


def _sorted_targets(facts: Facts) -> Iterator[Sample]:
    """Labels of a few classes in their order; numbers in order may be a time."""
    for path, sample in facts.samples.items():
        is_target = path == "y" or path.startswith("y.")
        if is_target and sample.sorted and 1 < len(sample.classes or ()) <= 1_000:
            yield sample


def _are_arrays(facts: Facts) -> bool:
    adapter = text(facts.data.get("adapter"))
    return adapter is None or "Array" in adapter or "TensorLike" in adapter


def _classes(sample: Sample) -> str:
    return f" ({len(sample.classes or ())} classes in {sample.rows} rows looked at)"
