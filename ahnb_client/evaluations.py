"""What `evaluate` says, recorded into the run of a training or into one of its own."""

from collections.abc import Mapping
from typing import Any

from ahnb_client.batches import Batches
from ahnb_client.capture.logs import numbers
from ahnb_client.guard import Guard
from ahnb_client.progress import Progress
from ahnb_client.run import Run


class RecordsEvaluations:
    """The part of a training that records evaluations, inside of a fit and outside of it."""

    run: Run | None
    in_fit: bool
    batches: Batches
    _guard: Guard
    _progress: Progress
    _ending: tuple[str, str | None]

    def open_run(self, **instead: Any) -> Run:
        """Return the run, begun or taken up again."""
        raise NotImplementedError

    def record_model(self, model: Any) -> dict[str, Any]:
        """Record the model as it stands now."""
        raise NotImplementedError

    def _look_around(self, run: Run) -> None:
        raise NotImplementedError

    def _finish(self, run: Run, status: str, reason: str | None) -> None:
        raise NotImplementedError

    def evaluated(self, metrics: Mapping[str, Any], model: Any = None) -> None:
        """Record the result of an `evaluate` outside fit, made with `model`.

        A run that had ended ends again as it did; without a run, one is made.
        """
        self._guard.call("evaluations", self._record_evaluation, metrics, model)

    def _record_evaluation(self, metrics: Mapping[str, Any], model: Any) -> None:
        if self.in_fit and self.run is not None:  # a person's callback evaluates in between
            self._log_evaluation(self.run, metrics)
            return
        before = self._ending
        is_new = self.run is None
        run = self.open_run()
        if is_new:
            self._look_around(run)
            self.record_model(model)
        self._log_evaluation(run, metrics)
        self._finish(run, *before)

    def _log_evaluation(self, run: Run, metrics: Mapping[str, Any]) -> None:
        values = {f"evaluate/{name}": value for name, value in numbers(metrics).items()}
        self.batches.count()
        run.log(values, step=self._progress.last_step)
