"""A program in stages that read its choices, and a fault as other choices in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import keras

from .spoil import Data, spoiled

Spec = str | Mapping[str, Any]  # of an initializer: its name, or its Keras configuration


def normal(stddev: float) -> Spec:
    """A normal initializer; each layer makes its own from this."""
    return {"class_name": "RandomNormal", "config": {"stddev": stddev}}


def constant(value: float) -> Spec:
    """An initializer that sets everything to `value`."""
    return {"class_name": "Constant", "config": {"value": value}}


@dataclass(frozen=True)
class Choices:
    """What the author of a training decides. The defaults are sound for no program by themselves.

    data: `scaled` whether the input is brought to a small range (in the data or by a layer),
        `labels` their form, in words of the program ("right" is the sound one),
        `nan_rows` the share of training rows with a NaN, `shuffled` whether labels are torn
        from their rows, `validation` is "apart", "train" (the same arrays) or "copied" rows.
    model: activations, initializers, `output_units`, `pooled` whether what has more axes than
        the labels is reduced to theirs, `trainable` whether weights may change.
    compile: a plain `loss` by Keras' name, `from_logits` for cross-entropies.
    """

    # data
    scaled: bool = True
    labels: str = "right"
    nan_rows: float = 0.0
    shuffled: bool = False
    validation: str = "apart"
    # model
    hidden_activation: str | None = "relu"
    last_activation: str | None = None
    output_units: int = 1
    kernel_initializer: Spec = "glorot_uniform"
    bias_initializer: Spec = "zeros"
    pooled: bool = True
    trainable: bool = True
    # compile
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    loss: str = "mse"
    from_logits: bool = False
    metrics: tuple[str, ...] = ()
    # fit
    epochs: int = 10
    batch_size: int = 32

    @property
    def inits(self) -> dict[str, Any]:
        """The initializers, as arguments of a layer."""
        return {
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
        }

    def make_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer with its learning rate."""
        made = keras.optimizers.get(self.optimizer)
        made.learning_rate = self.learning_rate
        return made

    def make_loss(self, name: str | None = None) -> Any:
        """The loss as people write it: a name, or an object where it takes logits."""
        name = name or self.loss
        if not self.from_logits or "crossentropy" not in name:
            return name
        classes = {
            "binary_crossentropy": keras.losses.BinaryCrossentropy,
            "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
            "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
        }
        return classes[name](from_logits=True)


class Program:
    """A training; subclasses name their good choices and write the stages down.

    Attributes:
        name: unique among programs and a Python identifier.
        task: what is learned, in words.
        choices: the sound ones.
        floor: the score on test data that the sound program reaches; greater is better.
    """

    name: ClassVar[str]
    task: ClassVar[str]
    choices: ClassVar[Choices]
    floor: ClassVar[float]

    def data(self, c: Choices) -> Data:
        """Rows for training, validation and test."""
        raise NotImplementedError

    def build(self, c: Choices, data: Data) -> keras.Model:
        """The model, not compiled."""
        raise NotImplementedError

    def compile(self, model: keras.Model, c: Choices) -> None:
        """One loss, one optimizer."""
        model.compile(optimizer=c.make_optimizer(), loss=c.make_loss(), metrics=[*c.metrics])

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        """Train on arrays, validate on others."""
        model.fit(
            data.x,
            data.y,
            validation_data=(data.x_val, data.y_val),
            epochs=c.epochs,
            batch_size=c.batch_size,
            callbacks=callbacks,
            verbose=0,
        )

    def score(self, model: keras.Model, data: Data) -> float:
        """How good the trained model is on test data; greater is better."""
        raise NotImplementedError


@dataclass(frozen=True)
class Fault:
    """A kind of mistake.

    Attributes:
        name: unique among kinds.
        right: the rules that name this mistake or its direct consequence; one of them is enough.
        changes: for each program that can have it, by name, the choices that it replaces.
        lowers_score: whether a twin with it has to miss its program's floor. Where not, the
            mistake shows elsewhere (as in a validation score that is too good), or costs little.
    """

    name: str
    right: frozenset[str]
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lowers_score: bool = True

    def planted(self, program: Program) -> Choices:
        """The choices of this program with the mistake.

        Raises:
            KeyError: this program cannot have it.
        """
        return replace(program.choices, **self.changes[program.name])


def same(names: str, **changes: Any) -> dict[str, Mapping[str, Any]]:
    """The same replaced choices for several programs, named in one text."""
    return dict.fromkeys(names.split(), changes)


def train(
    program: Program, choices: Choices | None = None, callbacks: Sequence[Any] = ()
) -> tuple[keras.Model, Data]:
    """Run all stages, always from the same seed.

    Raises:
        Exception: whatever Keras says of these choices.
    """
    chosen = choices or program.choices
    keras.utils.set_random_seed(11)
    data = spoiled(program.data(chosen), chosen)
    model = program.build(chosen, data)
    if not chosen.trainable:
        model.trainable = False
    program.compile(model, chosen)
    program.fit(model, data, chosen, list(callbacks))
    return model, data
