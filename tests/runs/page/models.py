"""Documents of made-up models, as a client would send them."""

from itertools import pairwise
from typing import Any

Document = dict[str, Any]


def dense(name: str, units: int = 3, given: int = 3, **more: Any) -> Document:
    """The row of a Dense layer."""
    count = (given + 1) * units
    return {
        "name": name,
        "class": "Dense",
        "parent": None,
        "input_shape": [None, given],
        "output_shape": [None, units],
        "parameters": count,
        "trainable_parameters": count,
        "trainable": True,
        "dtype": "float32",
        "activation": "relu",
        "settings": {"units": units, "use_bias": True},
        **more,
    }


def chain(length: int) -> Document:
    """A model of so many layers, one after the other."""
    layers = [dense(f"dense_{number}") for number in range(length)]
    names = [layer["name"] for layer in layers]
    edges = [list(pair) for pair in pairwise(names)]
    return model(layers, edges)


def model(layers: list[Document], edges: Any = (), **more: Any) -> Document:
    return {
        "name": "made-up",
        "class": "Functional",
        "kind": "functional",
        "dtype": "float32",
        "parameters": sum(layer.get("parameters") or 0 for layer in layers),
        "layers": layers,
        "edges": list(edges),
        **more,
    }


def linked(*pairs: str) -> Document:
    """Layers named by letters: "ab" leads from a to b."""
    names = dict.fromkeys("".join(pairs))
    return model([dense(name) for name in names], [list(pair) for pair in pairs])
