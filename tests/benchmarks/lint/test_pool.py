"""Worker processes: what they list and answer, and that a lost one is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.lint.pairs import Result
from benchmarks.lint.pool import GoneError, Pool, Worker

pytestmark = [pytest.mark.keras, pytest.mark.slow]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with Worker(tmp_path) as worker:
        yield worker


def test_worker_trains_and_scores_and_lints(worker: Worker) -> None:
    pair = next(p for p in worker.pairs if p.name == "moons_binary/too_few_steps")
    result = worker.run(pair, lint=True)
    assert (result.error, result.failure) == (None, None)
    assert result.score is not None
    assert not result.is_good
    assert result.seconds > 0


def test_what_keras_raises_is_kept(worker: Worker) -> None:
    pair = next(p for p in worker.pairs if p.name == "spirals_residual/label_shape")
    result = worker.run(pair, lint=True)
    assert result.error is not None
    assert result.error.startswith("ValueError")
    assert result.score is None


def test_lost_worker_is_a_failure_of_its_pair_alone(worker: Worker, tmp_path: Path) -> None:
    told: list[Result] = []
    pool = Pool(tmp_path, False, told.append)
    first, second = worker.pairs[:2]
    pool.waiting.put(first)
    pool.waiting.put(second)
    worker.process.kill()
    worker.process.wait()
    pool.use(worker)
    assert pool.results[first.name].failure
    assert pool.waiting.get_nowait() == second
    with pytest.raises(GoneError):
        worker.run(second, lint=False)
