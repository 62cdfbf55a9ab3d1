"""The hook of the callback for batches, on its own: who defines it pays for it in each batch."""

import weakref
from collections.abc import Callable, Mapping
from typing import Any

import keras

from ahnb_client.batches import Batches, Recorder
from ahnb_client.capture.hardware import accelerators
from ahnb_client.errors import LintError
from ahnb_client.guard import Guard


class BatchHook:
    """What a callback has beside its other hooks if it records batches; stands before them.

    The hook may be called from several threads and out of order.
    """

    guard: Guard
    _batches: Batches
    _is_model_pending: bool
    _record_pending_model: Callable[[], None]
    _quick: Recorder | None = None

    @property
    def async_safe(self) -> bool:
        """Let Keras call the hook from its threads where waiting for it would idle a device."""
        return keras.config.backend() != "tensorflow" and bool(accelerators(keras.config.backend()))

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the metrics, which are means since the epoch began."""
        (self._quick or self._long_way)(batch, logs)

    def _long_way(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        try:
            self._take(self._batches.record(batch, logs or {}, weakref.WeakMethod(self._long_way)))
            if self._is_model_pending:
                self._record_pending_model()
        except LintError:
            raise
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach fit()
            self._batches.end_fit()
            self.guard.failed("batches", error)

    def _take(self, quick: Recorder | None) -> None:
        """Have Keras call `quick` itself, unless a person's code stands in between."""
        before, self._quick = self._quick, quick
        hooks, name = self.__dict__, "on_train_batch_end"
        is_ours = type(self).on_train_batch_end is BatchHook.on_train_batch_end
        if is_ours and hooks.get(name) is before:
            hooks.pop(name, None)
            if quick is not None:
                hooks[name] = quick
