"""What an epoch did to the weights of a model, looked at in a few layers and values of each.

Values are copied to the host when they are taken: a back end may use their memory again.
"""

import math
from collections.abc import Mapping
from typing import Any

from ahnb_client.capture.spaced import places
from ahnb_client.capture.values import Json
from ahnb_client.capture.weights import on_host

MAX_LAYERS = 12
MAX_VALUES = 4_096  # of one kernel
LARGEST = 1 << 22  # values; a larger kernel is left where it is


class Updates:
    """The kernels of one model, and how far each went in every epoch that was looked at."""

    def __init__(self, model: Any) -> None:
        """Choose layers evenly, the first and the last among them, and take their weights."""
        self._layers = _chosen(model)
        self._before = self._taken()
        self._units = self._biases()
        self.changes: dict[str, list[float]] = {name: [] for name in self._layers}
        self.still: dict[str, list[float]] = {name: [] for name in self._units}
        self._epochs: list[int] = []
        self._count, self._passed, self._next = 0, 0, 1

    def end_epoch(self, epoch: int) -> None:
        """Take the weights after an epoch: after 1, 2, 3, 4, 6, 9 … as it costs a millisecond."""
        self._passed += 1
        self._count += 1
        if self._count < self._next:
            return
        after = self._taken()
        for name, values in after.items():
            self.changes[name].append(_change(self._before[name], values) / self._passed)
        self._epochs.append(epoch)
        self._before, self._passed = after, 0
        self._next = self._count + max(self._count // 2, 1)
        self._compare_units()

    def document(self) -> dict[str, Json]:
        """Return ``{layers: {name: {epoch, update, still}}}``, the event ``weights``."""
        layers = {
            name: {
                "epoch": list(self._epochs),
                "update": list(values),
                **({"still": list(self.still[name])} if name in self.still else {}),
            }
            for name, values in self.changes.items()
        }
        return {"layers": layers}

    def _taken(self) -> dict[str, Any]:
        return {name: _sample(layer.kernel) for name, layer in self._layers.items()}

    def _biases(self) -> dict[str, Any]:
        """One number a unit: its bias gets a gradient wherever the unit gets one."""
        import numpy

        return {
            name: numpy.array(on_host(layer.bias.value))
            for name, layer in self._layers.items()
            if getattr(layer, "bias", None) is not None
            and layer.bias.trainable
            and len(layer.bias.shape) == 1
        }

    def _compare_units(self) -> None:
        """Which part of a layer's units did not move at all since the last look."""
        after = self._biases()
        for name, values in after.items():
            before = self._units.get(name)
            if before is not None and before.shape == values.shape:
                self.still.setdefault(name, []).append(float((before == values).mean()))
        self._units = after


def updates_of(model: Any) -> Updates | None:
    """Return what follows the weights of `model`; None where they lie on several devices."""
    import keras

    strategy = getattr(model, "distribute_strategy", None)
    if keras.distribution.distribution() is not None:
        return None
    return Updates(model) if getattr(strategy, "num_replicas_in_sync", 1) == 1 else None


def _chosen(model: Any) -> Mapping[str, Any]:
    """Trainable layers with a kernel of a usual size, by name."""
    import numpy

    flat = [layer for layer in model._flatten_layers() if _has_kernel(layer)]
    chosen = numpy.arange(len(flat))[places(len(flat), MAX_LAYERS)]
    return {flat[at].name: flat[at] for at in chosen}


def _has_kernel(layer: Any) -> bool:
    kernel = vars(layer).get("_kernel", vars(layer).get("kernel"))
    shape = getattr(kernel, "shape", None)
    return bool(
        shape
        and layer.trainable
        and type(layer).__module__.startswith("keras.")
        and 1 < math.prod(shape) <= LARGEST
    )


def _sample(variable: Any) -> Any:
    """Some of the values as float32, on the host."""
    import numpy

    value = variable.value
    if math.prod(value.shape) > MAX_VALUES and len(value.shape) > 1:
        step = math.ceil(math.prod(value.shape) / MAX_VALUES)
        value = value[:: min(step, max(value.shape[0] // 4, 1))]
    values = numpy.array(on_host(value), dtype="float32").reshape(-1)
    return values[:: math.ceil(len(values) / MAX_VALUES)]


def _change(before: Any, after: Any) -> float:
    """The norm of the difference by the norm of what was."""
    import numpy

    if before is None or before.shape != after.shape:
        return math.nan
    size = float(numpy.linalg.norm(before))
    moved = float(numpy.linalg.norm(after - before))
    return moved / size if size else (math.inf if moved else 0.0)
