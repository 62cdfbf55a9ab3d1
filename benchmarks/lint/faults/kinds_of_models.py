"""Mistakes in what a model computes."""

from __future__ import annotations

from benchmarks.lint.program import Fault, constant, same

LAST_ACTIVATION = Fault(
    "last_activation",
    frozenset({"OUT01", "OUT02", "LOSS02", "LOSS03"}),
    {
        **same("moons_binary cars_inputs shapes_unet", last_activation="softmax"),
        **same("energy_regression ratings_huber", last_activation="sigmoid"),
        **same("waves_gru plants_schedule", last_activation="relu"),
        **same("pulses_generator", last_activation="tanh"),
        **same(
            "tags_multilabel reviews_embedding shapes_augmented shapes_mixed words_tagging "
            "sums_seq2seq signals_callbacks",
            last_activation=None,  # reviews bear it, as Keras clips to [0, 1]; still it is wrong
        ),
    },
)

MISSING_NONLINEARITY = Fault(
    "missing_nonlinearity",
    frozenset({"ACT01"}),
    same(
        "moons_binary energy_regression tags_multilabel ratings_huber plants_schedule "
        "spirals_residual cars_inputs pairs_siamese ring_gan",
        hidden_activation=None,
    ),
)

DEAD_UNITS = Fault(
    "dead_units",
    frozenset({"D08", "D09", "D10"}),
    same(
        "moons_binary energy_regression tags_multilabel ratings_huber plants_schedule "
        "spirals_residual cars_inputs pairs_siamese shapes_augmented shapes_mixed shapes_unet "
        "shapes_autoencoder ring_gan signals_callbacks pulses_generator",
        bias_initializer=constant(-30.0),
    ),
)

KINDS = (LAST_ACTIVATION, MISSING_NONLINEARITY, DEAD_UNITS)
