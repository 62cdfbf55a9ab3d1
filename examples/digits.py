"""Train a small network on real scanned digits and have the run recorded.

    ahnb login --server http://127.0.0.1:8765
    python examples/digits.py --project team/digits --width 128 --learning-rate 0.003

The digits (1,797 images of 8 x 8 pixels) are part of scikit-learn, so nothing is downloaded.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from typing import Any

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ahnb_client import AHNBCallback


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of one training."""

    width: int = 64
    depth: int = 1
    dropout: float = 0.2
    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_size: int = 32
    epochs: int = 12
    seed: int = 1


def load_data() -> tuple[Any, Any, Any, Any]:
    """Training images, validation images (n, 64) in 0..1, and their labels (n,), always alike."""
    images, labels = load_digits(return_X_y=True)
    return train_test_split(  # type: ignore[no-any-return]
        (images / 16).astype("float32"), labels, test_size=0.2, random_state=0, stratify=labels
    )


def own_parameters(settings: Settings) -> dict[str, Any]:
    """What Keras itself does not tell; the optimizer and the arguments of fit are captured."""
    return {name: getattr(settings, name) for name in ("width", "depth", "dropout", "seed")}


def build_model(settings: Settings) -> keras.Model:
    """A compiled multilayer perceptron."""
    model = keras.Sequential([keras.Input((64,))], name="digits")
    for _ in range(settings.depth):
        model.add(keras.layers.Dense(settings.width, activation="relu"))
        model.add(keras.layers.Dropout(settings.dropout))
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.get(
        {
            "class_name": settings.optimizer,
            "config": {"learning_rate": settings.learning_rate},
        }
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(
    settings: Settings, callback: AHNBCallback, *, verbose: int = 2
) -> keras.callbacks.History:
    """One training, recorded through `callback`; what Keras itself kept is returned."""
    keras.utils.set_random_seed(settings.seed)
    images, validation_images, labels, validation_labels = load_data()
    return build_model(settings).fit(
        images,
        labels,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=(validation_images, validation_labels),
        callbacks=[callback],
        verbose=verbose,
    )


def arguments() -> tuple[str | None, Settings]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--project", help="team/project; otherwise AHNB_PROJECT")
    for name, value in asdict(Settings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    return given.pop("project"), Settings(**given)


if __name__ == "__main__":
    project, chosen = arguments()
    train(chosen, AHNBCallback(project, params=own_parameters(chosen), monitor="val_accuracy"))
