"""How the other kinds look in these programs: name of the kind -> program -> choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.lint.program import constant, same

FLOATS = (
    "minerals_dense prices_normalized fraud_weighted wells_subclassed patients_outputs "
    "vibration_lstm sensors_pipeline strokes_conv strokes_vae"
)
WITH_LABELS = (
    "minerals_dense prices_normalized fraud_weighted wells_subclassed patients_outputs "
    "vibration_lstm sensors_pipeline strokes_conv messages_transformer"
)
ALL = FLOATS + " messages_transformer"

CHANGES: dict[str, dict[str, Mapping[str, Any]]] = {
    "last_activation": {
        **same("minerals_dense patients_outputs", last_activation="relu"),
        **same("prices_normalized", last_activation="sigmoid"),
        **same("fraud_weighted vibration_lstm", last_activation="softmax"),
        **same("sensors_pipeline", last_activation="tanh"),
        **same("messages_transformer", last_activation=None),
    },
    "wrong_loss": {
        **same("minerals_dense", labels="one_hot", loss="binary_crossentropy"),
        **same("patients_outputs messages_transformer", labels="one_hot", loss="mse"),
        **same("fraud_weighted vibration_lstm", loss="mse"),
        **same("prices_normalized sensors_pipeline", loss="binary_crossentropy"),
    },
    "label_shape": {
        **same("minerals_dense messages_transformer", labels="one_hot"),
        **same("patients_outputs strokes_conv", labels="from_one"),
        **same("sensors_pipeline", labels="integers"),
        **same("wells_subclassed", labels="signs"),
        **same("vibration_lstm", pooled=False),
    },
    "learning_rate": {
        **same("minerals_dense wells_subclassed vibration_lstm strokes_conv", learning_rate=1.0),
        **same("messages_transformer fraud_weighted", learning_rate=0.5),
        **same(
            "prices_normalized patients_outputs sensors_pipeline strokes_vae", learning_rate=1e-7
        ),
    },
    "missing_nonlinearity": same(
        "minerals_dense prices_normalized fraud_weighted wells_subclassed patients_outputs "
        "strokes_vae",
        hidden_activation=None,
    ),
    "nan_data": same(FLOATS, nan_rows=0.01),
    "everything_frozen": same(ALL, trainable=False),
    "shuffled_labels": same(WITH_LABELS, shuffled=True),
    "dead_units": same(
        "minerals_dense prices_normalized fraud_weighted wells_subclassed patients_outputs "
        "sensors_pipeline strokes_conv strokes_vae",
        bias_initializer=constant(-30.0),
    ),
    "too_few_steps": same(ALL, epochs=1, batch_size=512),
}
