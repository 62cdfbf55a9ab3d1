"""The weights as one hash: whether two trainings began, or ended, with the same ones."""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

from ahnb_client.capture.layers import has_weights
from ahnb_client.capture.spaced import places
from ahnb_client.capture.values import Json, dtype_name

WHOLE_BYTES = 4 << 20  # a variable up to this size is hashed whole
ALL_BYTES = 16 << 20  # of all variables together
CONVERTED_BYTES = 256 << 20  # what is brought from the device at most
SAMPLE = 65_536


def weights_document(model: Any) -> dict[str, Json]:
    """Return ``{hash, is_whole, why}`` of the weights of `model` in their order.

    A BLAKE2b hash of names' order, shapes, types and values. Of large weights 65,536 evenly
    spaced values count, and beyond 256 MB shape and type alone (``is_whole`` false): what counts
    depends on the sizes only, so that equal weights always have equal hashes.
    """
    if not has_weights(model):
        return {"hash": None, "why": "the model was not built yet"}
    digest = hashlib.blake2b(digest_size=16)
    is_whole = _add(digest, model.weights)
    return {"hash": digest.hexdigest(), "is_whole": is_whole}


def _add(digest: Any, variables: Iterable[Any]) -> bool:
    """Add each variable; tell whether all of their values counted."""
    hashed, converted, is_whole = 0, 0, True
    for variable in variables:
        shape = tuple(int(length) for length in variable.shape)
        dtype = dtype_name(variable.dtype)
        digest.update(f"{shape} {dtype};".encode())
        size = math.prod(shape) * _width(dtype)
        converted += size
        if converted > CONVERTED_BYTES:
            is_whole = False
            continue
        takes_all = size <= WHOLE_BYTES and hashed + size <= ALL_BYTES
        hashed += size if takes_all else min(size, SAMPLE * _width(dtype))
        is_whole = is_whole and takes_all
        digest.update(_bytes_of(variable, None if takes_all else SAMPLE))
    return is_whole


def _bytes_of(variable: Any, most: int | None) -> bytes:
    """The values, or `most` of them evenly spaced."""
    import numpy

    value = variable.value() if callable(variable.value) else variable.value  # of tf_keras
    values = numpy.ascontiguousarray(on_host(value))
    if most is not None:
        values = values.reshape(-1)[places(values.size, most)]
    return values.tobytes()


def on_host(value: Any) -> Any:
    """A tensor as its back end gives it to NumPy."""
    if hasattr(value, "detach"):  # PyTorch, which has no bfloat16 in NumPy
        value = value.detach().cpu()
        return (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
    return value.numpy() if hasattr(value, "numpy") else value


def _width(dtype: str) -> int:
    """Bytes of one value, by the digits in the name of its type."""
    digits = "".join(sign for sign in dtype.partition("_")[0] if sign.isdigit())
    return max(int(digits or 32) // 8, 1)
