"""Asking Keras about objects without what it would import to answer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_importing_tensorflow() -> Iterator[None]:
    """Let Keras serialize without TensorFlow, where the process has not imported it.

    To see whether a value is one of TensorFlow's, Keras imports it, also on another back end:
    seconds of a training's time, and memory. Nothing can be of a module that was never imported.
    """
    module = _lazy_tensorflow()
    if module is None:
        yield
        return
    module._available = False
    try:
        yield
    finally:
        module._available = None  # Keras looks for itself when it is asked the next time


def _lazy_tensorflow() -> Any:
    """What stands for TensorFlow in Keras; None if it is imported, or found out about, already."""
    try:
        from keras.src.utils.module_utils import tensorflow
    except ImportError:  # another version of Keras
        return None
    is_open = vars(tensorflow).get("_available", True) is None
    return tensorflow if is_open and "tensorflow" not in sys.modules else None
