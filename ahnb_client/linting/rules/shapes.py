"""Outputs and targets of forms that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head
from ..rule import Hit, rule
from .recurrent import keeps_sequence
from .words import BINARY, REGRESSION, SPARSE, data_of, target_shape

_Shape = tuple[int | None, ...]


@rule(
    "SHAPE01",
    "error",
    title="output and targets of different forms",
    why="Where an axis has length 1 the loss repeats it: every output is compared with every "
    "target, and the model learns their mean. Elsewhere fit fails.",
    source="Keras docs, Regression losses; NumPy docs, Broadcasting",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
model.compile("adam", "mse")
model.fit(x, numbers)  # one number for each row
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, numbers)
""",
)
def other_shape(facts: Facts) -> Iterator[Hit]:
    """Targets that the loss compares with the output only by repeating one of them, or not."""
    for head in facts.heads:
        target, output = target_shape(head), head.output_shape
        if target is None or output is None or keeps_sequence(head, facts.graph):
            continue
        if not _fits(head, target[1:], output[1:]):
            more = len(output) > len(target) and len(output) >= 3
            yield Hit(
                f"the output has the form {_told(output)}, the targets {_told(target)}",
                "layers.Flatten() or GlobalAveragePooling before the last Dense"
                if more
                else f"Dense({target[-1]}), or targets of the form of the output",
                data_of(head),
                {"output": list(output), "target": list(target), "loss": head.loss},
            )


def _fits(head: Head, target: _Shape, output: _Shape) -> bool:
    """Whether the loss compares each value with its own target; True where that is unknown."""
    if head.loss in SPARSE:
        classes = output[:-1]
        spread = len(target) == len(output) and target[-1] not in (1, None)  # LAB02 tells of it
        return spread or _same(target, classes) or _same(target, (*classes, 1))
    if head.loss not in (*REGRESSION, *BINARY):
        return True
    return (
        _same(target, output)
        or (target[-1:] == (1,) and _same(target[:-1], output))
        or (output[-1:] == (1,) and _same(target, output[:-1]))
    )


def _same(first: _Shape, second: _Shape) -> bool:
    equal = (one is None or other is None or one == other for one, other in zip(first, second))  # noqa: B905
    return len(first) == len(second) and all(equal)


def _told(shape: _Shape) -> str:
    axes = ["n", *("?" if axis is None else str(axis) for axis in shape[1:])]
    return f"({', '.join(axes)})"
