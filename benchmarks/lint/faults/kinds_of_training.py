"""Mistakes in how a model is trained."""

from __future__ import annotations

from benchmarks.lint.program import Fault, same

ALL = (
    "moons_binary energy_regression tags_multilabel ratings_huber plants_schedule "
    "spirals_residual cars_inputs pairs_siamese shapes_augmented shapes_mixed shapes_transfer "
    "shapes_unet shapes_autoencoder ring_gan waves_gru signals_callbacks pulses_generator "
    "reviews_embedding words_tagging sums_seq2seq"
)

WRONG_LOSS = Fault(
    "wrong_loss",
    frozenset({"LOSS02", "LOSS03", "LOSS04", "LOSS05", "LAB02", "LAB03"}),
    {
        **same("moons_binary cars_inputs", loss="mse"),
        **same("reviews_embedding shapes_unet", loss="mae"),
        **same("tags_multilabel", loss="categorical_crossentropy"),
        **same(
            "energy_regression ratings_huber waves_gru signals_callbacks",
            loss="binary_crossentropy",
        ),
        **same("shapes_augmented shapes_transfer", labels="one_hot", loss="mse"),
        **same("plants_schedule", labels="one_hot", loss="mae"),
        **same("pulses_generator", labels="one_hot", loss="binary_crossentropy"),
    },
    lowers_score=False,  # many a wrong loss still learns something
)

LEARNING_RATE = Fault(
    "learning_rate",
    frozenset({"LR01", "LR02", "D05", "D08"}),
    {
        **same("plants_schedule", learning_rate=50.0),
        **same("moons_binary reviews_embedding", learning_rate=10.0),
        **same(
            "tags_multilabel shapes_augmented spirals_residual shapes_unet cars_inputs waves_gru "
            "ring_gan",
            learning_rate=1.0,
        ),
        **same(
            "energy_regression ratings_huber words_tagging sums_seq2seq shapes_transfer "
            "signals_callbacks pulses_generator shapes_autoencoder shapes_mixed pairs_siamese",
            learning_rate=1e-7,
        ),
    },
)

EVERYTHING_FROZEN = Fault(
    "everything_frozen", frozenset({"FRZ01", "D08"}), same(ALL, trainable=False)
)

TOO_FEW_STEPS = Fault("too_few_steps", frozenset({"FIT01"}), same(ALL, epochs=1, batch_size=512))

KINDS = (WRONG_LOSS, LEARNING_RATE, EVERYTHING_FROZEN, TOO_FEW_STEPS)
