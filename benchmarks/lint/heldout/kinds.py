"""Five kinds of mistakes, in which programs of both sets, and how."""

from __future__ import annotations

from benchmarks.lint.program import Fault, normal, same

LOGITS_MISMATCH = Fault(
    "logits_mismatch",
    frozenset({"LOSS01", "LOSS02", "LOSS03"}),
    {
        **same(
            "minerals_dense fraud_weighted vibration_lstm sensors_pipeline messages_transformer "
            "patients_outputs moons_binary tags_multilabel shapes_augmented shapes_unet "
            "reviews_embedding words_tagging sums_seq2seq shapes_transfer cars_inputs "
            "signals_callbacks shapes_mixed pulses_generator plants_schedule",
            from_logits=True,
        ),
        **same("wells_subclassed strokes_conv spirals_residual", from_logits=False),
    },
    lowers_score=False,  # where Keras finds the softmax it takes it back, with a warning
)

CONSTANT_INITIALIZER = Fault(
    "constant_initializer",
    frozenset({"INIT01"}),
    {
        **same(
            "minerals_dense prices_normalized fraud_weighted wells_subclassed "
            "messages_transformer strokes_vae moons_binary energy_regression tags_multilabel "
            "shapes_autoencoder spirals_residual ratings_huber plants_schedule",
            kernel_initializer="zeros",
        ),
        **same(
            "patients_outputs sensors_pipeline strokes_conv signals_callbacks pulses_generator "
            "shapes_augmented cars_inputs shapes_unet",
            kernel_initializer="ones",
        ),
    },
)

UNSCALED_INPUT = Fault(
    "unscaled_input",
    frozenset({"DATA01", "DATA03"}),
    same(
        "minerals_dense prices_normalized fraud_weighted wells_subclassed patients_outputs "
        "vibration_lstm sensors_pipeline strokes_conv strokes_vae energy_regression "
        "shapes_augmented shapes_unet shapes_autoencoder waves_gru cars_inputs "
        "signals_callbacks shapes_mixed pulses_generator plants_schedule ratings_huber",
        scaled=False,
    ),
    lowers_score=False,  # some bear it, with luck
)

LEAKED_VALIDATION = Fault(
    "leaked_validation",
    frozenset({"DATA04", "D07", "D13"}),
    {
        **same(
            "minerals_dense fraud_weighted vibration_lstm strokes_conv wells_subclassed "
            "moons_binary tags_multilabel waves_gru words_tagging signals_callbacks "
            "spirals_residual shapes_unet shapes_mixed",
            validation="train",
        ),
        **same(
            "prices_normalized patients_outputs sensors_pipeline messages_transformer "
            "energy_regression shapes_augmented reviews_embedding cars_inputs plants_schedule "
            "ratings_huber",
            validation="copied",
        ),
    },
    lowers_score=False,  # it makes the validation score too good, not the model bad
)

EXPLODING = Fault(
    "exploding",
    frozenset({"D01", "D02", "D08", "D10", "LR01"}),
    {
        **same(
            "minerals_dense fraud_weighted wells_subclassed patients_outputs sensors_pipeline "
            "strokes_conv strokes_vae prices_normalized moons_binary shapes_augmented "
            "spirals_residual tags_multilabel plants_schedule",
            kernel_initializer=normal(10.0),
        ),
        **same("energy_regression", optimizer="sgd", learning_rate=0.4),
    },
)

KINDS = (
    LOGITS_MISMATCH,
    CONSTANT_INITIALIZER,
    UNSCALED_INPUT,
    LEAKED_VALIDATION,
    EXPLODING,
)
