"""The real server behind a proxy that spoils things, and programs that write down the truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import token
from tests.contract.trainings import Nursery
from tests.faults.proxy import FaultProxy, faulty
from tests.faults.scene import Scene
from tests.live import LiveServer

__all__ = ["token"]


@pytest.fixture
def proxy(server: LiveServer) -> Iterator[FaultProxy]:
    with faulty(server.address) as running:
        yield running


@pytest.fixture
def scene(server: LiveServer, token: str, tmp_path: Path, proxy: FaultProxy) -> Iterator[Scene]:
    """A machine that reaches the server through the proxy."""
    scene = Scene(server, token, tmp_path, proxy=proxy)
    yield scene
    scene.end()
    server.thaw()
    if not server.is_running:
        server.start()


@pytest.fixture
def keras(scene: Scene, nursery: Nursery) -> Scene:
    """The same with Keras loaded."""
    scene.nursery = nursery
    return scene
