"""Trainings that were done before, to the last seed."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts
from ..facts.reading import mapping, text, truth
from ..rule import Hit, rule


@rule(
    "D14",
    "info",
    title="the same training gave another result",
    why="Parameters, data, code, seeds and first weights were the same, the trained weights are "
    "not: operations of the device add in another order each time, or threads come in another "
    "order. Small differences between runs mean nothing then.",
    source="TensorFlow docs, enable_op_determinism; Zhuang et al.,"
    " Randomness in Neural Network Training (2022)",
    dynamic=True,
    mend="tf.config.experimental.enable_op_determinism() before the model is made; or "
    "compare means of several seeds.",
)
def another_result(facts: Facts) -> Iterator[Hit]:
    """The server knows a run that began as this one did (`run.twin`) and ended with others."""
    twin = mapping(facts.run, "twin")
    name = text(twin.get("run"))
    if name and truth(twin.get("same_result")) is False:
        yield Hit(
            f"began exactly as run {name} did, and ended with other weights",
            "tf.config.experimental.enable_op_determinism() before the model is made; "
            "or compare means of several seeds",
            {"run": name},
            {"run": name},
        )
