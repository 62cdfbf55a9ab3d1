"""Data directories whose PostgreSQL must be gone when the test is over."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .processes import Client, wait_for_silence


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Start programs that use a database; the test's end kills them."""
    started: list[Client] = []

    def start_client(data: Path, **options: object) -> Client:
        client = Client(data, **options)  # type: ignore[arg-type]
        started.append(client)
        return client

    yield start_client
    for client in started:
        client.kill()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    """A data directory that does not exist yet."""
    yield tmp_path / "data"
    wait_for_silence(tmp_path / "data")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a cluster that nobody uses; to be copied."""
    data = tmp_path_factory.mktemp("finished") / "data"
    client = Client(data)
    assert client.ask("CREATE TABLE kept (value int)") is None
    client.end()
    wait_for_silence(data)
    return data


@pytest.fixture
def data(finished: Path, empty: Path) -> Path:
    """A data directory with a cluster of its own."""
    shutil.copytree(finished, empty)
    return empty
