"""Seeds, states of random generators, and what is asked to be deterministic.

For the thread that trains, when the fit begins. Nothing is created or changed: a generator that
does not exist yet is not asked for.
"""

import contextlib
import hashlib
import random
import sys
from typing import Any

from ahnb_client.capture.values import Json, jsonable


def random_document(backend: str) -> dict[str, Json]:
    """Return the document ``random`` of the environment.

    Of each generator the hash of its state: two runs with equal hashes draw equal numbers.
    """
    return {
        "python_state": _hash(repr(random.getstate())),
        "numpy_state": _attempt(_numpy_state),
        "keras_state": _attempt(_keras_state),
        "hash_randomization": bool(sys.flags.hash_randomization),
        "determinism": _attempt(_DETERMINISM.get(backend, dict)),
    }


def _hash(content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _attempt(ask: Any) -> Json:
    with contextlib.suppress(Exception):
        return ask()
    return None


def _numpy_state() -> str | None:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    kind, keys, *rest = numpy.random.get_state()
    return _hash(keys.tobytes() + repr((kind, rest)).encode())


def _keras_state() -> str | None:
    """The state of Keras' global generator, which layers without a seed of their own draw from."""
    if "keras" not in sys.modules:
        return None
    from keras.src.backend.common import global_state

    generator = global_state.get_global_attribute("global_seed_generator")
    if generator is None:
        return None
    import numpy

    return _hash(numpy.asarray(generator.state.value).tobytes())


def _of_tensorflow() -> dict[str, Json]:
    import tensorflow
    from tensorflow.python.eager import context
    from tensorflow.python.framework import config

    return {
        "op_determinism": bool(config.is_op_determinism_enabled()),
        "global_seed": jsonable(context.global_seed()),
        "tf32": bool(tensorflow.config.experimental.tensor_float_32_execution_enabled()),
    }


def _of_jax() -> dict[str, Json]:
    import jax

    names = ("jax_default_prng_impl", "jax_threefry_partitionable", "jax_enable_x64")
    found = {name: jsonable(getattr(jax.config, name, None)) for name in names}
    precision = getattr(jax.config, "jax_default_matmul_precision", None)
    return {**found, "matmul_precision": None if precision is None else str(precision)}


def _of_torch() -> dict[str, Json]:
    import torch

    return {
        "deterministic_algorithms": bool(torch.are_deterministic_algorithms_enabled()),
        "initial_seed": jsonable(torch.initial_seed()),
        "cudnn_deterministic": bool(torch.backends.cudnn.deterministic),
        "cudnn_benchmark": bool(torch.backends.cudnn.benchmark),
        "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
    }


_DETERMINISM = {"tensorflow": _of_tensorflow, "jax": _of_jax, "torch": _of_torch}
