"""Batch normalization and dropout: where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Layer
from ..facts.reading import finite, whole
from ..rule import Hit, rule

_DROPPING = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout")
_MOST = 0.6
_NORMALIZATION = "Ioffe and Szegedy: Batch Normalization, 2015"


def _normalizations(facts: Facts) -> Iterator[tuple[Layer, Layer]]:
    """Each layer of batch normalization with what comes right before it."""
    for layer in facts.layers:
        before = facts.graph.before(layer) if layer.kind == "BatchNormalization" else []
        if len(before) == 1 and not layer.own:
            yield layer, before[0]


@rule(
    "BN01",
    "info",
    title="a bias that batch normalization takes away",
    why="Batch normalization subtracts the mean, and the bias with it; its own beta takes the "
    "bias's place.",
    source=f"{_NORMALIZATION}, 3.2",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(16), layers.BatchNormalization()])
""",
    sound="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, use_bias=False), layers.BatchNormalization()]
)
""",
)
def needless_bias(facts: Facts) -> Iterator[Hit]:
    """A linear layer with a bias right before batch normalization."""
    for layer, before in _normalizations(facts):
        has_bias = before.is_weighted and before.settings.get("use_bias") is True
        if has_bias and before.is_linear and layer.settings.get("center") is not False:
            yield Hit(
                f"the bias of {before.name} has no effect before {layer.name}",
                f"{before.kind}(…, use_bias=False)",
                {"layer": before.name},
                {"next": layer.name, "use_bias": True},
            )


@rule(
    "BN02",
    "info",
    title="dropout before batch normalization",
    why="Dropout changes the variance in training only. The normalization behind it learns that "
    "variance and meets another one when the model is used.",
    source="Li et al.: Understanding the Disharmony between Dropout and Batch Normalization, 2019",
    found="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dropout(0.3), layers.BatchNormalization(), layers.Dense(1)]
)
""",
    sound="""
model = keras.Sequential(
    [keras.Input((8,)), layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(1)]
)
""",
)
def shifted_variance(facts: Facts) -> Iterator[Hit]:
    """Dropout right before batch normalization."""
    for layer, before in _normalizations(facts):
        rate = finite(before.settings.get("rate")) if before.kind in _DROPPING else None
        if rate:
            yield Hit(
                f"{before.name} drops {rate:.0%} right before {layer.name}",
                "Dropout after the last BatchNormalization",
                {"layer": layer.name},
                {"before": before.name, "rate": rate},
            )


@rule(
    "BN03",
    "info",
    title="an activation before batch normalization",
    why="It was made for what goes into an activation. Behind one the values are not nearly "
    "normal; both ways are used, the one before is the tested one.",
    source=f"{_NORMALIZATION}, 3.2",
    found="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, activation="relu"), layers.BatchNormalization()]
)
""",
    sound="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16), layers.BatchNormalization(), layers.ReLU()]
)
""",
)
def normalized_late(facts: Facts) -> Iterator[Hit]:
    """A layer with an activation right before batch normalization."""
    for layer, before in _normalizations(facts):
        if before.activation not in (None, "linear") and not before.own:
            yield Hit(
                f"{before.name} has {before.activation} before {layer.name}",
                f"{before.kind}(…) without activation, BatchNormalization(), then the activation",
                {"layer": before.name},
                {"next": layer.name, "activation": before.activation},
            )


@rule(
    "BN04",
    "error",
    title="batch normalization of single rows",
    why="The mean of one row is that row: in training batch normalization takes everything away, "
    "and the layers behind it see constants.",
    source=f"{_NORMALIZATION}, 3; Wu and He: Group Normalization, 2018",
    found="""
normalization = layers.BatchNormalization()
model = keras.Sequential([keras.Input((8,)), normalization, layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=1)
""",
    sound="""
normalization = layers.BatchNormalization()
model = keras.Sequential([keras.Input((8,)), normalization, layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=16)
""",
)
def single_rows(facts: Facts) -> Iterator[Hit]:
    """Batches of one row where normalization has no other axis to take the mean over."""
    if whole(facts.fit.get("batch_size")) != 1 or not facts.graph.is_known:
        return
    for layer in facts.layers:
        is_taught = layer.kind == "BatchNormalization" and layer.trainable is not False
        if is_taught and not layer.own and len(layer.output_shape or ()) == 2:
            yield Hit(
                f"{layer.name} takes the mean of one row: batch_size=1",
                "fit(…, batch_size=32), or LayerNormalization()",
                {"layer": layer.name, "argument": "batch_size"},
                {"batch_size": 1},
            )


@rule(
    "DROP01",
    "warn",
    title="nearly everything is dropped",
    why="Rates of 0.2 to 0.5 are what dropout is known to help with. Beyond, too little of a "
    "layer is left in each step for the ones behind to learn from.",
    source="Srivastava et al.: Dropout, 2014, 7.3 and A.4",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dropout(0.8), layers.Dense(1)])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dropout(0.5), layers.Dense(1)])
""",
)
def much_dropped(facts: Facts) -> Iterator[Hit]:
    """Dropout with a rate above 0.6."""
    for layer in facts.layers:
        rate = finite(layer.settings.get("rate")) if layer.kind in _DROPPING else None
        if rate is not None and rate > _MOST and not layer.own:
            yield Hit(
                f"{layer.kind} keeps {1 - rate:.0%} of the values",
                f"{layer.kind}({'0.2' if rate > 0.75 else '0.5'}): the rate is what is dropped",
                {"layer": layer.name},
                {"rate": rate},
            )


@rule(
    "DROP02",
    "warn",
    title="dropout of the output itself",
    why="In training some outputs are set to zero at random, whatever the model says: the loss "
    "cannot be met, and probabilities no longer add up.",
    source="Srivastava et al.: Dropout, 2014",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1), layers.Dropout(0.2)])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dropout(0.2), layers.Dense(1)])
""",
)
def dropped_output(facts: Facts) -> Iterator[Hit]:
    """A dropout layer that gives an output, or has only an activation behind it."""
    for head in facts.heads:
        layer = head.layer
        for _ in range(3):
            before = facts.graph.before(layer) if layer is not None else []
            if layer is None or not layer.is_activation or len(before) != 1:
                break
            layer = before[0]
        if layer is not None and layer.kind in _DROPPING and finite(layer.settings.get("rate")):
            yield Hit(
                f"{layer.name} drops values of the output {head.name}",
                "Dropout before the last Dense",
                {"layer": layer.name},
                {"rate": layer.settings.get("rate")},
            )


@rule(
    "FLAT01",
    "info",
    title="nearly all parameters behind Flatten",
    why="A Dense layer behind Flatten has a weight for each unit and place. Pooling over the "
    "places needs a fraction of them and overfits less.",
    source="Lin et al.: Network In Network, 2013, 3.2",
    found="""
model = keras.Sequential(
    [keras.Input((64, 64, 3)), layers.Conv2D(32, 3), layers.Flatten(), layers.Dense(64)]
)
""",
    sound="""
model = keras.Sequential(
    [
        keras.Input((64, 64, 3)),
        layers.Conv2D(32, 3),
        layers.GlobalAveragePooling2D(),
        layers.Dense(64),
    ]
)
""",
)
def heavy_flatten(facts: Facts) -> Iterator[Hit]:
    """A Dense layer right behind Flatten with more than 5 million and 80 % of all parameters."""
    total = whole(facts.model.get("parameters")) or 0
    for layer in facts.layers:
        count = layer.parameters or 0
        if layer.kind != "Dense" or count <= 5_000_000 or count <= 0.8 * total:
            continue
        if any(one.kind == "Flatten" for one in facts.graph.previous(layer, ("Dropout",))):
            yield Hit(
                f"{layer.name} has {count:,} of the {total:,} parameters",
                "layers.GlobalAveragePooling2D() instead of Flatten()",
                {"layer": layer.name},
                {"parameters": count, "total": total},
            )
