"""Which Keras a model is of: Keras 3, or Keras 2 as tf_keras."""

import sys
from types import ModuleType
from typing import Any


def keras_of(model: Any) -> ModuleType:
    """Return the package ``keras`` or ``tf_keras``, whose classes `model` is made of."""
    bases = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    legacy = sys.modules.get("tf_keras")
    if legacy is not None and "tf_keras" in bases:
        return legacy
    import keras

    return keras


def backend_of(model: Any) -> str:
    """Return ``tensorflow``, ``jax``, ``torch`` …: what `model` computes with."""
    package = keras_of(model)
    if package.__name__ == "tf_keras":
        return "tensorflow"
    return str(package.config.backend())


def keras2_document(model: Any) -> dict[str, Any]:
    """Return what the environment of a model of tf_keras has otherwise; empty of Keras 3."""
    package = keras_of(model)
    if package.__name__ != "tf_keras":
        return {}
    tensorflow = sys.modules.get("tensorflow")
    return {
        "backend": "tensorflow",
        "backend_version": getattr(tensorflow, "__version__", None),
        "keras": package.__version__,
        "floatx": package.backend.floatx(),
        "image_data_format": package.backend.image_data_format(),
    }
