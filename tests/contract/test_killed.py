"""SIGKILL of the server and of PostgreSQL under load: what was acknowledged is there, once."""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Load, Served, load_on

KILLS = 20


@pytest.fixture
def served(tmp_path: Path, fresh_data: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    shutil.copytree(fresh_data, served.data)
    served.start()
    yield served
    served.end()


@pytest.fixture
def load(served: Served) -> Load:
    return load_on(served)


@pytest.mark.slow
def test_whatever_was_acknowledged_before_twenty_kills_is_there_once(served: Served, load: Load):
    chance = random.Random(20)
    ways = (
        served.kill_server,
        served.kill_postmaster,
        served.kill_workers,
        served.kill_backends,
    )
    with load.going_on():
        for number in range(KILLS):
            load.go_on(more=30)
            time.sleep(chance.random() / 5)
            ways[number % len(ways)]()
        load.go_on(more=30)
    load.check()
