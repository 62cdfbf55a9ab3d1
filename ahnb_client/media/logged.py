"""What a run offers for images, histograms, confusion matrices and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import AHNBError
from ..plain import plain
from ..record import to_step
from ..run_part import RunPart
from ..steps import Steps
from .images import image_of
from .made import confusion_of, histogram_of, table_of


class LogsMedia(RunPart):
    """The part of a run that records more than numbers."""

    _steps: Steps
    step_of_fit: Callable[[], int] | None

    def log_image(self, name: str, image: Any, step: int | None = None, caption: str = "") -> None:
        """Record an image at a step; see `ahnb_client.media.images.image_of` for what it may be."""
        self._log_media(name, step, caption, image_of, image)

    def log_histogram(
        self, name: str, values: Any, step: int | None = None, bins: int = 64, caption: str = ""
    ) -> None:
        """Record how values are spread: weights, gradients, scores."""
        self._log_media(name, step, caption, histogram_of, values, bins)

    def log_confusion_matrix(
        self,
        name: str,
        y_true: Any,
        y_pred: Any,
        labels: Sequence[Any] | None = None,
        step: int | None = None,
        caption: str = "",
    ) -> None:
        """Record how often each label was predicted as which; probabilities become classes."""
        self._log_media(name, step, caption, confusion_of, y_true, y_pred, labels)

    def log_table(
        self,
        name: str,
        rows: Any,
        columns: Sequence[str] | None = None,
        step: int | None = None,
        caption: str = "",
    ) -> None:
        """Record a table: a data frame, a mapping of columns, or rows."""
        self._log_media(name, step, caption, table_of, rows, columns)

    def _log_media(
        self,
        name: str,
        step: int | None,
        caption: str,
        make: Callable[..., dict[str, Any]],
        *given: Any,
    ) -> None:
        """Each under the step that is named, else where the training stands."""
        try:
            data = make(*given)
            place = self._present_step() if step is None else to_step(step)
            said = "; ".join(filter(None, (str(caption), data.get("caption"))))
            data |= {"name": str(name), "step": place} | ({"caption": said} if said else {})
            self.event("media", data)
        except AHNBError:
            raise
        except Exception as error:  # noqa: BLE001 - told once a name, never raised into a training
            called = plain(name)  # which may be anything, and fail in `str`
            self._report("client-error", ValueError(f"{called}: {error}"), once=f"medium {called}")

    def _present_step(self) -> int:
        return self._steps.present(self.step_of_fit() if self.step_of_fit is not None else None)
