"""Losses that do not go with the activation before them."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head
from ..rule import Hit, rule
from .words import BINARY, CATEGORICAL, RANGES, REGRESSION, SPARSE, place_of, short

_LOSSES_PAGE = "Keras docs, Probabilistic losses"


@rule(
    "LOSS01",
    "error",
    title="softmax or sigmoid applied twice",
    why="With from_logits=True the loss applies the activation itself. Applied twice it squeezes "
    "all probabilities together: the loss cannot become small, gradients shrink.",
    source=f"{_LOSSES_PAGE}: from_logits",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
""",
)
def twice(facts: Facts) -> Iterator[Hit]:
    """A loss that takes logits, of an output that gives probabilities."""
    for head in facts.heads:
        if head.from_logits and head.activation in ("softmax", "sigmoid", "hard_sigmoid"):
            yield Hit(
                f"{head.loss} has from_logits=True, but the output already is a {head.activation}",
                f'remove activation="{head.activation}" from the last layer, or from_logits=True',
                place_of(head, "loss"),
                {"activation": head.activation, "loss": head.loss, "from_logits": True},
            )


@rule(
    "LOSS02",
    "error",
    title="categorical crossentropy of something that is no probability",
    why="Without from_logits the loss takes the logarithm of its input. Of values that are no "
    "probabilities it is undefined, or constant where they are clipped.",
    source=f"{_LOSSES_PAGE}: CategoricalCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
model.compile("adam", "sparse_categorical_crossentropy")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
)
def no_distribution(facts: Facts) -> Iterator[Hit]:
    """Categorical crossentropy of probabilities, of an output that is not known to give them."""
    for head in facts.heads:
        known = head.activation in RANGES and head.activation != "softmax"
        if _takes_probabilities(head, (*SPARSE, *CATEGORICAL)) and known and head.units != 1:
            is_mild = head.activation in ("sigmoid", "hard_sigmoid")  # Keras makes them add up
            name = "SparseCategoricalCrossentropy" if head.loss in SPARSE else _class_of(head)
            yield Hit(
                f"{head.loss} expects probabilities that add up to 1, the output is "
                f"{head.activation}",
                f'Dense({head.units or "classes"}, activation="softmax"), or '
                f"loss=keras.losses.{name}(from_logits=True) after a linear layer",
                place_of(head, "loss"),
                {"activation": head.activation, "loss": head.loss, "units": head.units},
                severity="warn" if is_mild else None,
            )


@rule(
    "LOSS03",
    "error",
    title="binary crossentropy of values outside 0 to 1",
    why="Without from_logits the loss takes log(p) and log(1 - p). Values outside 0 to 1 are "
    "clipped, and where they are clipped nothing is learnt.",
    source=f"{_LOSSES_PAGE}: BinaryCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "binary_crossentropy")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
""",
)
def no_probability(facts: Facts) -> Iterator[Hit]:
    """Binary crossentropy of probabilities, of an output that goes beyond them."""
    for head in facts.heads:
        bounds = RANGES.get(head.activation or "", (0.0, 1.0))
        if _takes_probabilities(head, BINARY) and bounds != (0.0, 1.0):
            yield Hit(
                f"{head.loss} expects probabilities, {head.activation} gives values between "
                f"{short(bounds[0])} and {short(bounds[1])}",
                f'Dense({head.units or 1}, activation="sigmoid"), or '
                f"loss=keras.losses.{_class_of(head)}(from_logits=True) after a linear layer",
                place_of(head, "loss"),
                {"activation": head.activation, "loss": head.loss},
            )


@rule(
    "LOSS04",
    "warn",
    title="binary crossentropy of a softmax",
    why="Binary crossentropy takes each unit for a decision of its own; softmax makes them "
    "exclude one another. Together they weigh the classes wrongly, and 'accuracy' counts units, "
    "not rows.",
    source=f"{_LOSSES_PAGE}: BinaryCrossentropy, CategoricalCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "binary_crossentropy")
model.fit(x, one_hot)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(x, one_hot)
""",
)
def binary_of_softmax(facts: Facts) -> Iterator[Hit]:
    """Binary crossentropy behind softmax over more than one unit."""
    for head in facts.heads:
        if head.activation != "softmax" or head.loss not in BINARY or (head.units or 0) < 2:
            continue
        one_hot = head.target.one_hot if head.target else None
        several = one_hot is False and head.target is not None and head.target.whole is True
        yield Hit(
            f"{head.loss} behind a softmax over {head.units} units"
            + (", and rows may have several labels" if several else ""),
            'activation="sigmoid"' if several else 'loss="categorical_crossentropy"',
            place_of(head, "loss"),
            {"units": head.units, "loss": head.loss, "one_hot": one_hot},
            # Of two units it is the same number as categorical crossentropy.
            severity="info" if head.units == 2 and not several else None,
        )


@rule(
    "LOSS05",
    "warn",
    title="a regression loss for classes",
    why="The squared error of a saturated softmax or sigmoid has next to no gradient where the "
    "model is most wrong; crossentropy has its largest there.",
    source="Goodfellow, Bengio, Courville: Deep Learning, 6.2.2.2; Golik et al. 2013",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "mse")
model.fit(x, one_hot)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "mse")
model.fit(x, shares)  # any number from 0 to 1
""",
)
def regression_of_classes(facts: Facts) -> Iterator[Hit]:
    """A squared or absolute error of probabilities of classes."""
    for head in facts.heads:
        if head.loss in REGRESSION and (_is_of_classes(head) or _is_mask(head, facts)):
            units = head.units or 1
            loss = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
            yield Hit(
                f"{head.loss} of a {head.activation}, and the targets are classes",
                f'loss="{loss}"',
                place_of(head, "loss"),
                {"activation": head.activation, "loss": head.loss, "units": units},
            )


def _is_of_classes(head: Head) -> bool:
    target = head.target
    if target is None or target.raw or len(target.shape or ()) > 2:
        return False
    if head.activation == "softmax" and target.one_hot and (head.units or 0) > 1:
        return True
    names = set(target.classes or ())
    return head.activation == "sigmoid" and head.units == 1 and names == {"0", "1"}


def _is_mask(head: Head, facts: Facts) -> bool:
    """Whether the targets say yes or no at each place of an input that is more than that."""
    target = head.target
    if target is None or target.raw or len(target.shape or ()) < 3 or head.units != 1:
        return False
    is_binary = target.whole is True and (target.min, target.max) == (0.0, 1.0)
    inputs = list(facts.inputs)
    is_other = bool(inputs) and all(sample.whole is False for sample in inputs)
    return head.activation == "sigmoid" and is_binary and is_other


@rule(
    "LOSS06",
    "warn",
    title="a loss for positive values of an output that may be negative",
    why="Poisson loss and the Kullback-Leibler divergence take the logarithm of the output: of a "
    "negative one it is NaN, or clipped without a gradient.",
    source=f"{_LOSSES_PAGE}: Poisson, KLDivergence",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "poisson")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softplus")])
model.compile("adam", "poisson")
""",
)
def negative_rates(facts: Facts) -> Iterator[Hit]:
    """Poisson or KL divergence of an activation that gives negative values."""
    wanted = {"poisson": "softplus", "kl_divergence": "softmax"}
    for head in facts.heads:
        low = RANGES.get(head.activation or "", (0.0, 1.0))[0]
        if head.loss in wanted and low < 0:
            yield Hit(
                f"{head.loss} takes the logarithm of the output, and {head.activation} may be "
                "negative",
                f'activation="{wanted[head.loss]}" in the last layer',
                place_of(head, "loss"),
                {"activation": head.activation, "loss": head.loss},
            )


@rule(
    "LOSS07",
    "error",
    title="categorical crossentropy over a single unit",
    why="Categorical crossentropy makes its input add up to 1 over the classes. Of one unit that "
    "is always 1: the loss is constant and nothing is learnt.",
    source=f"{_LOSSES_PAGE}: CategoricalCrossentropy, BinaryCrossentropy",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
""",
)
def one_class(facts: Facts) -> Iterator[Hit]:
    """Categorical crossentropy of an output with one unit."""
    for head in facts.heads:
        if head.loss in (*SPARSE, *CATEGORICAL) and head.units == 1:
            yield Hit(
                f"{head.loss} over one unit: there is nothing to choose from",
                'Dense(1, activation="sigmoid") with loss="binary_crossentropy", or a unit for '
                "each class",
                place_of(head, "loss"),
                {"units": 1, "loss": head.loss},
            )


def _takes_probabilities(head: Head, losses: tuple[str, ...]) -> bool:
    return head.loss in losses and not head.from_logits


def _class_of(head: Head) -> str:
    return "".join(word.capitalize() for word in (head.loss or "").split("_"))
