"""Models of five families, each trained for one step, and what Keras itself says of them."""

import json
from typing import Any

import keras
import numpy as np
from keras import layers, optimizers

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, IS_EAGER

Truth = dict[str, Any]


def dense(units: int = 4) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(units, "relu"),
            layers.Dropout(0.1),
            layers.Dense(3),
        ]
    )


def convolutional(*, deeper: bool = False) -> keras.Model:
    more = [layers.Conv2D(8, 3, padding="same", name="more")] if deeper else []
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            *more,
            layers.DepthwiseConv2D(3, padding="same"),
            layers.SeparableConv2D(10, 3),
            layers.Conv2DTranspose(4, 2, strides=2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )


def recurrent() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(20, 5),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(6)),
            layers.GRU(3),
            layers.Dense(2),
        ]
    )


def residual() -> keras.Model:
    """Two outputs, a layer that is used twice, one that is frozen."""
    image = keras.Input((8, 8, 4), name="image")
    stem = layers.Conv2D(4, 3, padding="same", name="stem")(image)
    first = layers.Conv2D(4, 3, padding="same", name="first")(stem)
    normal = layers.BatchNormalization(name="normal")(first)
    second = layers.Conv2D(4, 3, padding="same", name="second", trainable=False)(normal)
    joined = layers.Add(name="joined")([stem, second])
    pooled = layers.GlobalAveragePooling2D(name="pooled")(joined)
    twin = layers.Dense(4, name="twin")
    seen = twin(twin(pooled))
    kind, price = layers.Dense(2, name="kind")(seen), layers.Dense(1, name="price")(seen)
    return keras.Model(image, [kind, price])


def transformer() -> keras.Model:
    """A block before a head, both models within the model; one sum is an operation, no layer."""
    given = keras.Input((6, 8))
    calm = layers.LayerNormalization(name="calm")(given)
    attended = layers.MultiHeadAttention(2, 4, name="attention")(calm, calm)
    seen = layers.Add(name="sum")([given, attended])
    wide = layers.EinsumDense("abc,cd->abd", output_shape=(6, 16), name="wide")(
        layers.LayerNormalization(name="calm_again")(seen)
    )
    block = keras.Model(given, seen + layers.Dense(8, name="narrow")(wide), name="block")
    head = keras.Sequential(
        [keras.Input((6, 8)), layers.GlobalAveragePooling1D(), layers.Dense(2)], name="head"
    )
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    return keras.Model(tokens, head(block(layers.Embedding(30, 8, name="meaning")(tokens))))


FAMILIES: dict[str, tuple[keras.Model, Any]] = {
    "dense": (dense(), optimizers.Adam(amsgrad=True)),
    "dense-wider": (dense(5), optimizers.SGD()),
    "convolutional": (convolutional(), optimizers.RMSprop(centered=True, momentum=0.5)),
    "convolutional-deeper": (convolutional(deeper=True), optimizers.Lion()),
    # Some optimizers of Keras stumble now and then over the gradient of an embedding.
    "recurrent": (recurrent(), optimizers.SGD(momentum=0.9)),
    "residual": (residual(), optimizers.AdamW(use_ema=True)),
    "transformer": (transformer(), optimizers.SGD(0.01, momentum=0.5)),
}
OPTIMIZERS = (
    *(optimizers.SGD(momentum=momentum) for momentum in (0.0, 0.9)),
    *(optimizers.RMSprop(centered=centered) for centered in (False, True)),
    *(optimizers.Adam(amsgrad=amsgrad) for amsgrad in (False, True)),
    optimizers.AdamW(gradient_accumulation_steps=2),
    optimizers.Adamax(),
    optimizers.Nadam(),
    optimizers.Lamb(),
    optimizers.Adagrad(use_ema=True),
    optimizers.Adadelta(),
    optimizers.Ftrl(),
    optimizers.Lion(),
)


def train(name: str, model: keras.Model, optimizer: Any) -> Truth:
    """One step; gives what Keras says of the model."""
    model.compile(optimizer, "mse", run_eagerly=IS_EAGER)
    shapes = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    targets = [np.zeros((2, *shape), "float32") for shape in shapes]
    given = model.inputs[0]
    rows = np.ones((2, *given.shape[1:]), given.dtype)
    ours = AHNBCallback(name=name)
    model.fit(rows, targets if len(targets) > 1 else targets[0], verbose=0, callbacks=[ours])
    assert ours.run is not None
    return {
        "run": ours.run.id,
        "parameters": model.count_params(),
        "trainable": sum(int(np.prod(weight.shape)) for weight in model.trainable_weights),
        "layers": {layer.name: layer.count_params() for layer in model.layers},
        "slots": slot_bytes(optimizer),
    }


def slot_bytes(optimizer: Any) -> int:
    """The bytes of everything that an optimizer keeps but for single numbers."""
    kept = [variable for variable in optimizer.variables if len(variable.shape)]
    return sum(int(np.prod(variable.shape)) * 4 for variable in kept)


def slots(optimizer: Any) -> Truth:
    """What an optimizer keeps for one weight of ten numbers, and how it is recorded."""
    optimizer.build([keras.Variable(np.zeros(10, "float32"))])
    return {
        "serialized": keras.saving.serialize_keras_object(optimizer),
        "each": slot_bytes(optimizer) / 40,
    }


if __name__ == "__main__":
    truth = {
        "families": {name: train(name, *parts) for name, parts in FAMILIES.items()},
        "optimizers": [slots(optimizer) for optimizer in OPTIMIZERS],
    }
    (FOLDER / "families.json").write_text(json.dumps(truth))
