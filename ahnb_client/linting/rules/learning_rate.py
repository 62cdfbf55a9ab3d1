"""The learning rate: too high, too low, gone too early."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts
from ..facts.reading import text, whole
from ..rule import Hit, rule
from .words import short

# Steps of about the learning rate in every weight, whatever the gradient.
_ADAPTIVE = ("Adam", "AdamW", "Nadam", "Adamax", "RMSprop")
_LARGE_BATCH = 4_096
# Have weights, or have none, but are no step between input and output.
_UNTAUGHT = ("InputLayer", "Normalization", "BatchNormalization")
_BOOK = "Bengio: Practical recommendations for gradient-based training of deep architectures, 2012"


@rule(
    "LR01",
    "warn",
    title="a high learning rate",
    why="Adam and its like move every weight by about the learning rate in each step; with SGD "
    "steps beyond 0.5 seldom go downhill. The loss jumps, or becomes NaN.",
    source=f"Kingma and Ba: Adam, 2015, 2.1; {_BOOK}, 3.1",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.1), "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
""",
)
def high_rate(facts: Facts) -> Iterator[Hit]:
    """A peak above 0.01 for Adam and its like (at it an info), above 0.5 for SGD."""
    kind, rate = _kind(facts), facts.rate
    if rate.peak is None or not rate.is_told or not facts.is_plain or _is_one_layer(facts):
        return
    limit = 0.01 if kind in _ADAPTIVE else 0.5 if kind == "SGD" else None
    if limit is None or rate.peak < limit or (kind == "SGD" and _has_large_batches(facts)):
        return
    is_at_limit = rate.peak <= limit
    if is_at_limit and kind == "SGD":
        return
    yield Hit(
        f"{kind} with a learning rate of {short(rate.peak)}" + _of_schedule(facts),
        f"keras.optimizers.{kind}({'0.001' if kind in _ADAPTIVE else '0.01, momentum=0.9'})",
        {"argument": "optimizer"},
        {"learning_rate": rate.peak, "optimizer": kind, "limit": limit},
        severity="info" if is_at_limit else None,
    )


@rule(
    "LR02",
    "warn",
    title="a low learning rate",
    why="The weights hardly move: after days the model is still near where it began.",
    source=f"{_BOOK}, 3.1; Keras docs, Adam and SGD: learning_rate",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.SGD(1e-6), "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.Adam(1e-5), "mse")  # fine-tuning
""",
)
def low_rate(facts: Facts) -> Iterator[Hit]:
    """A peak below 1e-6, of SGD below 1e-4, but not zero."""
    kind, rate = _kind(facts), facts.rate
    if rate.peak is None or not rate.is_told or rate.peak <= 0 or not facts.is_plain:
        return
    limit = 1e-4 if kind == "SGD" else 1e-6
    if rate.peak < limit:
        yield Hit(
            f"{kind} with a learning rate of {short(rate.peak)}" + _of_schedule(facts),
            f"keras.optimizers.{kind}({'0.01' if kind == 'SGD' else '0.001'})",
            {"argument": "optimizer"},
            {"learning_rate": rate.peak, "optimizer": kind, "limit": limit},
        )


@rule(
    "LR03",
    "warn",
    title="Adadelta with the default learning rate",
    why="Adadelta was published without a learning rate, which is one of 1.0. With Keras' default "
    "of 0.001 its steps are a thousand times smaller.",
    source="Keras docs, Adadelta: learning_rate; Zeiler: ADADELTA, 2012",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adadelta", "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.Adadelta(1.0), "mse")
""",
)
def default_of_adadelta(facts: Facts) -> Iterator[Hit]:
    """Adadelta at 0.001 or below."""
    rate = facts.rate
    is_low = rate.peak is not None and 0 < rate.peak <= 0.001
    if _kind(facts) == "Adadelta" and is_low and rate.is_told:
        yield Hit(
            f"Adadelta with a learning rate of {short(rate.peak)}",
            "keras.optimizers.Adadelta(learning_rate=1.0)",
            {"argument": "optimizer"},
            {"learning_rate": rate.peak},
        )


@rule(
    "LR04",
    "error",
    title="a learning rate of zero, or below",
    why="With zero no weight changes; with a negative rate every step goes uphill.",
    source="Goodfellow, Bengio, Courville: Deep Learning, 8.3.1",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.0), "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
warm_up = keras.optimizers.schedules.CosineDecay(0.0, 900, warmup_target=1e-3, warmup_steps=100)
model.compile(keras.optimizers.Adam(warm_up), "mse")
""",
)
def no_rate(facts: Facts) -> Iterator[Hit]:
    """A rate that is never above zero, whatever schedule and callbacks do."""
    rate = facts.rate
    if rate.peak is not None and rate.peak <= 0 and rate.is_told and facts.is_plain:
        yield Hit(
            f"the learning rate is {short(rate.peak)}" + _of_schedule(facts),
            f"keras.optimizers.{_kind(facts)}(0.001)",
            {"argument": "optimizer"},
            {"learning_rate": rate.peak},
        )


@rule(
    "LR05",
    "warn",
    title="a schedule that ends long before the training",
    why="Schedules count updates, not epochs. Once the rate is down to nothing, the rest of the "
    "training changes nothing.",
    source="Keras docs, CosineDecay, PolynomialDecay: decay_steps",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, 50)), "mse")
model.fit(x, y, batch_size=20, epochs=50)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, 500)), "mse")
model.fit(x, y, batch_size=20, epochs=50)
""",
)
def ends_early(facts: Facts) -> Iterator[Hit]:
    """A rate of nearly zero in more than half of the updates."""
    end, updates = facts.rate.ends_after, facts.updates
    if end is None or updates is None or "EarlyStopping" in facts.callbacks:
        return
    if facts.rate.is_told and end < updates / 2:
        yield Hit(
            f"{facts.rate.schedule} is at its end after {end:,} updates, the training has "
            f"{updates:,}",
            f"decay_steps={updates}  # epochs * steps per epoch",
            {"argument": "optimizer"},
            {"ends_after": end, "updates": updates},
        )


def _kind(facts: Facts) -> str:
    return text(facts.optimizer.get("class_name")) or "the optimizer"


def _of_schedule(facts: Facts) -> str:
    return f" at the peak of {facts.rate.schedule}" if facts.rate.schedule else ""


def _is_one_layer(facts: Facts) -> bool:
    """Whether the model is linear up to its output: a regression, which bears large steps."""
    taught = [
        layer
        for layer in facts.layers
        if layer.kind not in _UNTAUGHT and (layer.parameters is None or layer.parameters > 0)
    ]
    return len(taught) <= 1


def _has_large_batches(facts: Facts) -> bool:
    batch = whole(facts.fit.get("batch_size"))
    return batch is not None and batch >= _LARGE_BATCH
