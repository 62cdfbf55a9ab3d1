"""Recurrent layers and embeddings."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head, Layer
from ..facts.layers import PASSING, RECURRENT, Graph
from ..rule import Hit, rule
from .inputs import first_uses
from .words import data_of, short, target_shape

# Hand on each time step for itself.
_STEPWISE = (*PASSING, "Dense", "Activation", "TimeDistributed", "LayerNormalization", "ReLU")


def keeps_sequence(head: Head, graph: Graph) -> Layer | None:
    """The recurrent layer whose sequence an output still has, although its targets have none."""
    target, output = target_shape(head), head.output_shape
    if target is None or output is None or len(output) != 3 or len(target) > 2:
        return None
    steps, classes = output[1], output[2]
    row = target[1] if len(target) == 2 else None
    one_hot = head.target is not None and head.target.one_hot is True and row == classes
    # A number for each time step is a sequence, too.
    is_single = row == 1 and steps != 1
    is_other = steps is not None and row is not None and row != steps
    return _recurrent_before(head, graph) if one_hot or is_single or is_other else None


def _recurrent_before(head: Head, graph: Graph) -> Layer | None:
    layer = head.layer
    for _ in range(len(graph.layers)):
        if layer is None or layer.kind in RECURRENT:
            return layer
        before = graph.before(layer)
        reshapes = layer.kind in ("Flatten", "Reshape", "Permute", "RepeatVector")
        if reshapes or layer.kind not in _STEPWISE or len(before) != 1:
            return None
        layer = before[0]
    return None


@rule(
    "RNN01",
    "warn",
    title="a sequence where one answer is asked for",
    why="With return_sequences=True the layers behind give an answer at each time step, and the "
    "loss compares all of them with the one target, or fails.",
    source="Keras guide, Working with RNNs: Outputs and states",
    found="""
model = keras.Sequential(
    [keras.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.Dense(1)]
)
model.compile("adam", "mse")
model.fit(sequences, numbers)
""",
    sound="""
model = keras.Sequential([keras.Input((5, 3)), layers.LSTM(4), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(sequences, numbers)
""",
)
def whole_sequence(facts: Facts) -> Iterator[Hit]:
    """A recurrent layer that returns sequences before an output for whole rows."""
    for head in facts.heads:
        layer = keeps_sequence(head, facts.graph)
        if layer is not None:
            target = target_shape(head) or ()
            yield Hit(
                f"{layer.kind} returns a whole sequence, so that the output has "
                f"{(head.output_shape and head.output_shape[1]) or 'several'} steps, the targets "
                "are one for each row",
                f"{layer.kind}(…, return_sequences=False)",
                {"layer": layer.name, "data": data_of(head)["data"]},
                {"output": list(head.output_shape or ()), "target": list(target)},
            )


@rule(
    "RNN02",
    "info",
    title="a recurrent layer without the fast kernel",
    why="cuDNN computes LSTM and GRU several times faster, but only with their default "
    "activations and without recurrent dropout.",
    source="Keras docs, LSTM layer, GRU layer",
    found="""
model = keras.Sequential([keras.Input((5, 3)), layers.LSTM(4, activation="relu")])
""",
    sound="""
model = keras.Sequential([keras.Input((5, 3)), layers.LSTM(4)])
""",
)
def slow_kernel(facts: Facts) -> Iterator[Hit]:
    """Settings of LSTM and GRU that rule out cuDNN."""
    for layer in facts.layers:
        if layer.kind not in ("LSTM", "GRU") or layer.own:
            continue
        dropout = layer.settings.get("recurrent_dropout")
        other = layer.activation not in (None, "tanh")
        if other or (isinstance(dropout, (int, float)) and dropout > 0):
            setting = f'activation="{layer.activation}"' if other else f"{dropout=}"
            yield Hit(
                f"{layer.kind} with {setting.replace('dropout=', 'recurrent_dropout=')} cannot "
                "use cuDNN",
                f"{layer.kind}(…) with its default activation, dropout= instead of "
                "recurrent_dropout=",
                {"layer": layer.name},
                {"activation": layer.activation, "recurrent_dropout": dropout},
            )


@rule(
    "EMB01",
    "error",
    title="tokens beyond the embedding",
    why="A token is the number of a row of the embedding. Beyond its end a CPU raises an error; a "
    "GPU gives zeros or NaN without a word.",
    source="Keras docs, Embedding layer: input_dim; TensorFlow docs, tf.gather",
    found="""
embedding = layers.Embedding(20, 4)
model = keras.Sequential([keras.Input((5,)), embedding, layers.Flatten(), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(tokens, y)  # 1 … 20
""",
    sound="""
embedding = layers.Embedding(21, 4)
model = keras.Sequential([keras.Input((5,)), embedding, layers.Flatten(), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(tokens, y)  # 1 … 20
""",
)
def beyond_the_embedding(facts: Facts) -> Iterator[Hit]:
    """Inputs of an Embedding below 0, or from `input_dim` on."""
    for sample in facts.inputs:
        if sample.raw or sample.min is None or sample.max is None:
            continue
        for layer in first_uses(facts, sample):
            size = layer.settings.get("input_dim")
            if layer.kind != "Embedding" or layer.own or not isinstance(size, int):
                continue
            if sample.min < 0 or sample.max >= size:
                yield Hit(
                    f"tokens go from {short(sample.min)} to {short(sample.max)}, the embedding "
                    f"has rows 0 to {size - 1}",
                    f"Embedding({int(sample.max) + 1}, …)" if sample.min >= 0 else "tokens from 0",
                    {"layer": layer.name, "data": sample.path},
                    {"min": sample.min, "max": sample.max, "input_dim": size},
                )
