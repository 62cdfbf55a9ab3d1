"""The contract is tested over real sockets, and with the real client in real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import cast
from tests.contract.stage import Stage
from tests.contract.trainings import Nursery
from tests.live import LiveServer


@pytest.fixture(scope="module")
def token(server: LiveServer, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """An editor's token for a project of a team; gone, with all runs, after the module."""
    with django_db_blocker.unblock():
        owner = cast.make_person("owner@example.org")
        editor = cast.make_person("editor@example.org")
        cast.make_project(cast.make_team("vision", owner, editors=[editor]), "digits", owner)
        text = cast.token_of(editor)
    yield text
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def shared_stage(server: LiveServer, token: str, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A machine that trains, for all tests of a module."""
    return Stage(server, token, tmp_path_factory.mktemp("machine"))


@pytest.fixture
def stage(server: LiveServer, token: str, tmp_path: Path) -> Iterator[Stage]:
    """A machine of its own; the server may be stopped, and runs again after the test."""
    stage = Stage(server, token, tmp_path)
    yield stage
    stage.end()
    server.thaw()
    if not server.is_running:
        server.start()


@pytest.fixture
def keras(stage: Stage, nursery: Nursery) -> Stage:
    """A machine with Keras."""
    stage.nursery = nursery
    return stage
