"""The arguments of `Model.fit`: from the call where it is wrapped, else from its frame.

Keras gives a callback only epochs, steps and verbosity. Everything else stands in the local
variables of the running `fit`, where also the resolved batch size and the split validation
data are.
"""

import contextlib
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from ahnb_client.capture.data import batch_size_of, samples_in, structure
from ahnb_client.capture.fingerprints import leaves
from ahnb_client.capture.statistics import statistics
from ahnb_client.capture.values import Json, jsonable

_SETTINGS = (
    "batch_size",
    "epochs",
    "initial_epoch",
    "steps_per_epoch",
    "shuffle",
    "class_weight",
    "validation_split",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
)
_MAX_FRAMES = 64
_MAX_WEIGHTS = 100


@dataclass(frozen=True)
class FitArguments:
    """What one call of `fit` was given; `given` maps argument names to values."""

    given: Mapping[str, Any]

    def params(self, steps: int | None) -> dict[str, Json]:
        """Return the settings under ``fit``; `steps` is the number of batches in an epoch."""
        settings = {
            key: jsonable(self.given[key], max_items=_MAX_WEIGHTS)
            for key in _SETTINGS
            if self.given.get(key) is not None
        }
        if (batch_size := self.batch_size) is not None:
            settings["batch_size"] = batch_size
        if steps is not None:
            settings["steps"] = steps
        return settings

    def data(self, *, counted: bool = False) -> dict[str, Json]:
        """Return the document of event ``data``: shapes and types of all that was given.

        `counted`: with ``statistics`` of a part of the rows.
        """
        parts = self._training_parts()
        known = {"statistics": statistics(self.leaves())} if counted else {}
        return {
            **_structures(parts),
            "adapter": type(self._adapter).__name__ if self._adapter else None,
            "batch_size": self.batch_size,
            "samples": samples_in(parts["x"]),
            "validation": self._validation(),
            **known,
        }

    def leaves(self) -> list[tuple[str, Any]]:
        """Return ``[(path, array or data set)]`` of all that was given: ``x.left``, ``y`` …"""
        validation = self._validation_parts()
        return leaves({**self._training_parts(), "validation": validation})

    @property
    def batch_size(self) -> int | None:
        """The batch size, as Keras resolved it or as the data set states it."""
        for candidate in (
            self.given.get("batch_size"),
            _told(getattr(self._adapter, "batch_size", None)),
            batch_size_of(self.given.get("x")),
        ):
            if candidate:
                with contextlib.suppress(TypeError, ValueError):
                    return int(candidate)
        return None

    @property
    def callbacks(self) -> list[Any]:
        """The callbacks of this fit, Keras' own included where they are known."""
        given = self.given.get("callbacks")
        listed = getattr(given, "callbacks", given)
        if listed is None:
            return []
        return list(listed) if isinstance(listed, (list, tuple)) else [listed]

    @property
    def iterator(self) -> Any:
        """Keras' iterator over epochs, which lives exactly as long as this fit; or None."""
        iterator = self.given.get("epoch_iterator")
        return self.given.get("data_handler") if iterator is None else iterator  # of tf_keras

    @property
    def _adapter(self) -> Any:
        return getattr(self.iterator, "data_adapter", getattr(self.iterator, "_adapter", None))

    def _training_parts(self) -> dict[str, Any]:
        return {name: self.given.get(name) for name in ("x", "y", "sample_weight")}

    def _validation_parts(self) -> dict[str, Any]:
        """What is validated with: as Keras split or unpacked it, else as it was given."""
        names = {"x": "val_x", "y": "val_y", "sample_weight": "val_sample_weight"}
        parts = {name: self.given.get(local) for name, local in names.items()}
        if parts["x"] is None:
            given = self.given.get("validation_data")
            tuple_given = given if isinstance(given, tuple) else (given,)
            parts = dict(zip(names, (*tuple_given, None, None), strict=False))
        return parts

    def _validation(self) -> Json:
        parts = self._validation_parts()
        if parts["x"] is None:
            return None
        return {**_structures(parts), "samples": samples_in(parts["x"])}


def arguments_of_running_fit(model: Any) -> FitArguments | None:
    """Return the arguments of the `fit` of `model` that this thread is inside of, if any."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_MAX_FRAMES):
        if frame is None:
            return None
        if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model:
            return FitArguments(dict(frame.f_locals))
        frame = frame.f_back
    return None


def arguments_of_call(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> FitArguments | None:
    """Return the arguments of a call of `fit`, with defaults; None if it would not accept them.

    `args` begins with the model.
    """
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    return FitArguments(bound.arguments)


def _told(value: Any) -> Any:
    """A property of Keras 3 is a method of tf_keras."""
    with contextlib.suppress(Exception):
        return value() if callable(value) else value
    return None


def _structures(parts: Mapping[str, Any]) -> dict[str, Json]:
    return {name: structure(part) for name, part in parts.items() if part is not None}
