"""Arguments of fit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from ..facts import Facts
from ..facts.reading import finite, text, whole
from ..rule import Hit, rule
from .words import counted

_FIT = "Keras docs, Model.fit"
_FEW_UPDATES = 200
_LONG = 1_000
_PILE = 50
_USUAL_BATCH = 32
_COUNTED = re.compile(r"(sequential|functional|model)_(\d{1,9})")


@rule(
    "FIT01",
    "info",
    title="few updates",
    why="Weights change once a batch. A few dozen updates seldom bring a model anywhere.",
    source=f"{_FIT}: epochs, batch_size",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=2)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=100)
""",
)
def few_updates(facts: Facts) -> Iterator[Hit]:
    """Fewer than 200 updates in all."""
    updates = facts.updates
    if updates is not None and updates < _FEW_UPDATES:
        yield Hit(
            f"{counted(updates, 'update')} in all",
            "more epochs, or smaller batches",
            {"argument": "epochs"},
            {"updates": updates},
        )


@rule(
    "FIT02",
    "info",
    title="all rows in one batch",
    why="One update an epoch, and without the noise of small batches, which helps to find flat "
    "minima.",
    source="Keskar et al.: On Large-Batch Training, 2017",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=1000)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=32)
""",
)
def one_batch(facts: Facts) -> Iterator[Hit]:
    """A batch size of at least the number of rows."""
    batch, rows = whole(facts.fit.get("batch_size")), facts.rows
    if batch is not None and rows is not None and 1 < rows <= batch:
        yield Hit(
            f"batches of {batch:,}, and {counted(rows, 'row')}: one update an epoch",
            f"fit(…, batch_size={_smaller_batch(rows)})",
            {"argument": "batch_size"},
            {"batch_size": batch, "rows": rows},
        )


def _smaller_batch(rows: int) -> int:
    """A power of 2, up to Keras' own 32, that makes at least four updates of so many rows."""
    return min(_USUAL_BATCH, 1 << max(0, (rows // 4).bit_length() - 1))


@rule(
    "FIT07",
    "info",
    title="models pile up in this process",
    why="Keras keeps what it knows of every model until the session is cleared: a loop that makes "
    "models takes more and more memory and time.",
    source="Keras docs, clear_session",
    found="""
for rate in range(60):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
""",
    sound="""
for rate in range(2):
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
""",
)
def piled_up(facts: Facts) -> Iterator[Hit]:
    """A name that Keras counts up by itself, beyond 50."""
    named = _COUNTED.fullmatch(text(facts.model.get("name")) or "")
    if named and int(named[2]) >= _PILE:
        yield Hit(
            f"this is model number {int(named[2]) + 1} named {named[1]} in this process",
            "keras.backend.clear_session() before each new model",
            {"argument": "model"},
            {"models": int(named[2]) + 1},
        )


@rule(
    "FIT03",
    "info",
    title="no validation",
    why="Without rows that the model was not trained on nobody sees when it begins to overfit.",
    source=f"{_FIT}: validation_data, validation_split",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, validation_split=0.2)
""",
)
def no_validation(facts: Facts) -> Iterator[Hit]:
    """A fit of which is known that it validates on nothing."""
    if facts.validates is False:
        yield Hit(
            "fit validates on nothing",
            "fit(…, validation_split=0.2) with shuffled rows",
            {"argument": "validation_data"},
        )


@rule(
    "FIT04",
    "info",
    title="rows that no epoch comes to",
    why="steps_per_epoch ends an epoch before all rows had their turn; fit over arrays begins "
    "each epoch anew.",
    source=f"{_FIT}: steps_per_epoch",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=10, steps_per_epoch=5)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=10, steps_per_epoch=20)
""",
)
def left_rows(facts: Facts) -> Iterator[Hit]:
    """Steps that are fewer than the batches of all rows."""
    steps = whole(facts.fit.get("steps_per_epoch"))
    batch, rows = whole(facts.fit.get("batch_size")), facts.rows
    if steps is None or not batch or rows is None:
        return
    split = finite(facts.fit.get("validation_split")) or 0.0
    rows -= int(rows * min(max(split, 0.0), 1.0))
    if steps < math.ceil(rows / batch):
        yield Hit(
            f"an epoch has {counted(steps, 'batch')} of {batch:,}, the data {counted(rows, 'row')}",
            "fit(…) without steps_per_epoch",
            {"argument": "steps_per_epoch"},
            {"steps_per_epoch": steps, "batch_size": batch, "rows": rows},
        )


@rule(
    "FIT05",
    "warn",
    title="class weights that leave classes out",
    why="A class without a weight counts 1, which is much or little beside the others; a weight "
    "for a class that is not there does nothing.",
    source=f"{_FIT}: class_weight",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, class_weight={0: 1.0, 1: 20.0})
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, class_weight={0: 1.0, 1: 20.0, 2: 3.0})
""",
)
def missing_weights(facts: Facts) -> Iterator[Hit]:
    """Labels that `class_weight` does not name."""
    weights = facts.fit.get("class_weight")
    target = facts.samples.get("y")
    if not isinstance(weights, Mapping) or not weights or target is None or target.raw:
        return
    missing = [name for name in target.classes or () if name not in map(str, weights)]
    if missing:
        yield Hit(
            f"class_weight has no weight for {', '.join(missing[:5])}",
            "class_weight={class: weight for every class}",
            {"argument": "class_weight"},
            {"missing": missing[:20], "given": list(weights)[:20]},
        )


@rule(
    "FIT06",
    "warn",
    title="run_eagerly left on",
    why="For looking into a step Keras runs it line by line, several times slower than compiled.",
    source="Keras docs, Model.compile: run_eagerly",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse", run_eagerly=True)
model.fit(x, y, batch_size=10, epochs=100)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=10, epochs=100)
""",
)
def still_eager(facts: Facts) -> Iterator[Hit]:
    """Eager steps in a training of at least 1,000 updates; an info in a shorter one."""
    if facts.compiled.get("run_eagerly") is True:
        is_short = facts.updates is None or facts.updates < _LONG
        yield Hit(
            "the training steps run eagerly",
            "model.compile(…) without run_eagerly=True",
            {"argument": "run_eagerly"},
            {"run_eagerly": True, "updates": facts.updates},
            severity="info" if is_short else None,
        )
