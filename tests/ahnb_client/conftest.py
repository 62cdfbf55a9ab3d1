"""A stub server on a real socket, settings for it, and an environment that holds nothing else."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ahnb_client import notices
from ahnb_client.config import Config
from ahnb_client.run import Run

from .processes import Program
from .server import KEY, Store, StubServer, serving


@pytest.fixture(autouse=True)
def empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine counts."""
    for name in [name for name in os.environ if name.startswith(("AHNB_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AHNB_DIR", str(tmp_path / "spool"))


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said only once a process is said once a test."""
    monkeypatch.setattr(notices, "_said", set())


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def server(store: Store) -> Iterator[StubServer]:
    with serving(store) as server:
        yield server


@pytest.fixture
def config(server: StubServer, tmp_path: Path) -> Config:
    return Config(
        server=server.address, key=KEY, project="team/project", directory=tmp_path / "spool"
    )


@pytest.fixture
def begin(config: Config) -> Iterator[Callable[..., Run]]:
    """Begins runs on the stub server; all of them are ended and delivered after the test."""
    runs: list[Run] = []

    def begin_run(**options: object) -> Run:
        runs.append(Run(**{"config": config, "strict": True, **options}))  # type: ignore[arg-type]
        return runs[-1]

    yield begin_run
    for run in runs:
        run.finish()
        assert run.wait(10)


@pytest.fixture
def program(server: StubServer, tmp_path: Path) -> Program:
    """Python programs in processes of their own, set up for the stub server."""
    return Program(
        {
            "AHNB_SERVER": server.address,
            "AHNB_API_KEY": KEY,
            "AHNB_PROJECT": "team/project",
            "AHNB_DIR": str(tmp_path / "spool"),
            "HOME": str(tmp_path),
        }
    )
