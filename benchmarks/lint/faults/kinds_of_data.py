"""Mistakes in rows and labels."""

from __future__ import annotations

from benchmarks.lint.program import Fault, same

LABEL_SHAPE = Fault(
    "label_shape",
    frozenset({"LAB01", "LAB02", "LAB03", "SHAPE01", "RNN01"}),
    {
        **same("moons_binary cars_inputs", labels="signs"),
        **same("shapes_augmented plants_schedule pulses_generator", labels="from_one"),
        **same("spirals_residual words_tagging shapes_transfer", labels="one_hot"),
        **same("signals_callbacks", labels="integers"),
        **same("waves_gru reviews_embedding shapes_mixed", pooled=False),
    },
)

NAN_DATA = Fault(
    "nan_data",
    frozenset({"DATA02", "D01"}),
    same(
        "moons_binary energy_regression tags_multilabel ratings_huber plants_schedule "
        "spirals_residual cars_inputs pairs_siamese shapes_augmented shapes_mixed "
        "shapes_transfer shapes_unet shapes_autoencoder ring_gan waves_gru signals_callbacks "
        "pulses_generator",
        nan_rows=0.01,
    ),
)

SHUFFLED_LABELS = Fault(
    "shuffled_labels",
    frozenset({"D03", "D04", "D06"}),
    same(
        "moons_binary energy_regression tags_multilabel ratings_huber plants_schedule "
        "spirals_residual cars_inputs pairs_siamese shapes_augmented shapes_mixed "
        "shapes_transfer shapes_unet waves_gru signals_callbacks pulses_generator "
        "reviews_embedding words_tagging",
        shuffled=True,
    ),
)

KINDS = (LABEL_SHAPE, NAN_DATA, SHUFFLED_LABELS)
