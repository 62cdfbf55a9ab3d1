"""Numbers of 16 bits, and layers that do not learn."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts
from ..facts.reading import listing, text, whole
from ..rule import Hit, rule

_GUIDE = "TensorFlow guide, Mixed precision; Micikevicius et al.: Mixed Precision Training, 2018"


@rule(
    "PREC01",
    "error",
    title="float16 without loss scaling",
    why="Gradients below 6e-8 are zero in float16. Scaling the loss lifts them into its range; "
    "without it, or with weights in float16 themselves, small steps are lost.",
    source=_GUIDE,
    found="""
keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse", auto_scale_loss=False)
""",
    sound="""
keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
""",
)
def unscaled_loss(facts: Facts) -> Iterator[Hit]:
    """Weights in float16; a mixed policy with an optimizer that does not scale the loss."""
    policy = facts.model.get("dtype")
    where, evidence = {"argument": "optimizer"}, {"policy": policy}
    if policy == "float16" and whole(facts.model.get("trainable_parameters")):
        yield Hit(
            "the weights are kept in float16",
            'keras.config.set_dtype_policy("mixed_float16")',
            where,
            evidence,
        )
    elif policy == "mixed_float16" and facts.is_plain and _leaves_loss(facts):
        yield Hit(
            "mixed_float16, and the optimizer does not scale the loss",
            "model.compile(…, auto_scale_loss=True), or LossScaleOptimizer(optimizer)",
            where,
            evidence,
        )


def _leaves_loss(facts: Facts) -> bool:
    is_used = bool(facts.compiled.get("loss")) and bool(facts.optimizer)
    return is_used and not facts.optimizer.get("loss_scaling")


@rule(
    "PREC02",
    "warn",
    title="probabilities in float16",
    why="Probabilities below 6e-8 become zero in float16, and their logarithm infinite. The last "
    "layer should compute in float32.",
    source=_GUIDE,
    found="""
keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
""",
    sound="""
keras.config.set_dtype_policy("mixed_float16")
last = layers.Dense(3, activation="softmax", dtype="float32")
model = keras.Sequential([keras.Input((8,)), last])
""",
)
def half_probabilities(facts: Facts) -> Iterator[Hit]:
    """A softmax or sigmoid output whose layer computes in float16."""
    for head in facts.heads:
        dtype = head.layer.dtype if head.layer is not None else None
        if dtype in ("float16", "mixed_float16") and head.activation in ("softmax", "sigmoid"):
            yield Hit(
                f"the {head.activation} of {head.name} is computed in float16",
                f'activation="{head.activation}", dtype="float32"',
                {"layer": head.name},
                {"dtype": dtype, "activation": head.activation},
            )


@rule(
    "FRZ01",
    "error",
    title="nothing is trainable",
    why="All weights are frozen: fit computes for nothing.",
    source="Keras guide, Transfer learning and fine-tuning: the trainable attribute",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.trainable = False
model.compile("adam", "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.layers[0].trainable = False
model.compile("adam", "mse")
""",
)
def all_frozen(facts: Facts) -> Iterator[Hit]:
    """A model that has weights, none of which is trainable."""
    total = whole(facts.model.get("parameters"))
    trainable = whole(facts.model.get("trainable_parameters"))
    if total and trainable == 0 and facts.is_plain:
        yield Hit(
            f"none of the {total:,} parameters is trainable",
            "model.layers[-1].trainable = True, then compile again",
            {"argument": "trainable"},
            {"parameters": total, "trainable_parameters": 0},
        )


@rule(
    "FRZ02",
    "error",
    title="layers were frozen or thawed after compile",
    why="What an earlier fit has traced goes on as it was: the change has no effect until compile "
    "is called again. On JAX and PyTorch the next fit may end with a ValueError "
    "instead, as the optimizer was made for other weights.",
    source="Keras guide, Transfer learning and fine-tuning: compile and trainable",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.layers[0].trainable = False
model.compile("adam", "mse")
model.train_on_batch(x, y)
model.layers[0].trainable = True
model.fit(x, y)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.layers[0].trainable = False
model.compile("adam", "mse")
model.train_on_batch(x, y)
model.layers[0].trainable = True
model.compile("adam", "mse")
model.fit(x, y)
""",
)
def changed_after_compile(facts: Facts) -> Iterator[Hit]:
    """Layers whose `trainable` is another than when the model was compiled, before a later fit."""
    for word, told in (("thawed", "trainable"), ("frozen", "frozen")):
        effect = _effect_of(word, text(facts.model.get("backend")))
        names = [name for name in listing(facts.compiled.get(word)) if isinstance(name, str)]
        if names and effect:
            some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
            yield Hit(
                f"{some} became {told} after compile, {effect}",
                "call model.compile(…) again before this fit",
                {"layer": names[0], "argument": "trainable"},
                {word: names},
            )


def _effect_of(word: str, backend: str | None) -> str | None:
    """What becomes of the change; None where it is as the person meant it."""
    if backend == "jax" or (backend == "torch" and word == "thawed"):
        return "and this fit fails: the optimizer was made for other weights"
    return None if backend == "torch" else "which has no effect"
