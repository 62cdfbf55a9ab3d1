"""Kernels that record to a stub server."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ahnb_client.processes import Program
from tests.ahnb_client.server import Store

from .kernels import Kernel


@pytest.fixture
def settings(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a kernel; its files lie in `tmp_path`."""
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
        program.more[name] = str(tmp_path / name.lower())
    program.more["TF_CPP_MIN_LOG_LEVEL"] = "3"
    return program.environment


@pytest.fixture
def kernel(settings: dict[str, str]) -> Iterator[Kernel]:
    """A kernel without the extension."""
    kernel = Kernel(settings)
    yield kernel
    kernel.close()


@pytest.fixture
def loaded(kernel: Kernel) -> Kernel:
    """A kernel with the extension."""
    kernel.run("%load_ext ahnb_client\nimport ahnb_client")
    return kernel


@pytest.fixture
def arrived(store: Store) -> Callable[..., Any]:
    """Waits until the server has what a test looks for."""

    def wait(look: Callable[[], Any], seconds: float = 20.0) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < deadline, "it did not arrive"
            time.sleep(0.05)
        return found

    return wait
