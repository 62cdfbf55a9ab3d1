"""Where the time went, measured by epoch and, with `ahnb_client.timed`, by batch."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ..facts import Facts
from ..facts.reading import listing, number
from ..rule import Hit, rule

_WAITS = 0.4
_LEAST_SECONDS = 10.0  # shorter trainings are not worth a word
_EPOCHS, _COMPARED = 12, 5
_LEAST_EPOCH = 1.0  # seconds


@rule(
    "D11",
    "warn",
    title="the training waits for its data",
    why="A device that waits for its input is paid for nothing.",
    source="TensorFlow guide, Better performance with the tf.data API",
    dynamic=True,
    mend="Read and prepare rows beside the training: dataset.map(…, "
    "num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE).",
)
def waits(facts: Facts) -> Iterator[Hit]:
    """More than 40 % of the time spent waiting for `timed` data."""
    waited = number(facts.run.get("data_wait"))
    seconds = number(facts.run.get("seconds")) or 0.0
    if waited is not None and waited > _WAITS and seconds > _LEAST_SECONDS:
        yield Hit(
            f"{waited:.0%} of {seconds:.0f} s the training waited for data",
            "dataset.map(…, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)",
            {"argument": "x"},
            {"data_wait": waited, "seconds": seconds},
        )


@rule(
    "D19",
    "info",
    title="epochs take longer and longer",
    why="The same work should take the same time: memory that fills up, a graph that grows in a "
    "callback, or another job on the device slows the training down.",
    source="TensorFlow guide, Better performance with tf.function: retracing",
    dynamic=True,
    mend="Look for lists that grow in callbacks, and for tf.function called with Python numbers.",
)
def slows_down(facts: Facts) -> Iterator[Hit]:
    """The last epochs took twice as long as those after the first one, and rose all along."""
    found = [number(one) for one in listing(facts.run.get("epoch_seconds"))]
    seconds = [one for one in found if one is not None][1:]  # the first one compiles
    if len(seconds) < _EPOCHS:
        return
    half = len(seconds) // 2
    before, after = median(seconds[:_COMPARED]), median(seconds[-_COMPARED:])
    rises = before < median(seconds[half - 2 : half + 3]) < after
    if after > 2 * before and rises and before > _LEAST_EPOCH:
        yield Hit(
            f"an epoch took {before:.2g} s in the beginning and {after:.2g} s in the end",
            "look for lists that grow in callbacks, and for tf.function called with Python numbers",
            {},
            {"first": before, "last": after},
        )
