"""A machine behind the fault proxy; "Equal" is what nearly every test of a fault ends with."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.contract.stage import Stage
from tests.contract.trainings import Training, await_true
from tests.faults.proxy import FaultProxy


@dataclass
class Scene(Stage):
    """Programs talk to the proxy, the test to the server itself."""

    proxy: FaultProxy | None = None

    @property
    def environment(self) -> dict[str, str]:
        assert self.proxy is not None
        return {**super().environment, "AHNB_SERVER": self.proxy.url}

    def loop(self, points: int = 1000, **environment: str) -> Training:
        """Log so many points of two metrics, ten a millisecond, to the end."""
        return self.train_alone("counted", str(points), **environment)

    def assert_equal(
        self, training: Training, name: str = "loop", *, left: int = 0, status: str = "finished"
    ) -> None:
        """The server has exactly what the program wrote down, and the spool nothing more."""
        run_id = training.run_id(name)
        stored, truth = self.series(run_id), training.truth(name)
        assert stored == truth
        assert all(a < b for points in stored.values() for (a, _), (b, _) in pairwise(points))
        assert len(self.left) == left
        assert self.run(run_id)["status"] == status

    def find_run(self, training: Training, name: str = "loop") -> dict[str, Any] | None:
        """Its run, as soon as the server has it."""
        return self.find(training.run_id(name)) if training.has(f"{name}.run") else None

    def count(self, training: Training, metric: str) -> int:
        """How many points of a metric the server has."""
        found = self.find_run(training)
        return int(found["metrics"].get(metric, {}).get("count", 0)) if found else 0

    def await_batches(self, number: int) -> None:
        """Until the proxy has seen so many."""
        proxy = self.proxy
        assert proxy is not None
        await_true(lambda: len(proxy.batches) >= number)
