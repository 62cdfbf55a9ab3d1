"""The cast as fixtures; `tests.cast` says who they are."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from ahnb_platform.accounts.models import Team, User
from projects.models import Project
from runs.models import Run

from . import cast
from .contract import trainings
from .live import LiveServer, running_server
from .quick import be_quick
from .served import started_once

be_quick()
# What takes longest per file begins first, so that no worker has much to do when the other is
# done; behind these come the files of most tests.
LONG = ("ahnb_client/keras", "contract", "faults", "browser", "house", "security", "deploy")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the files (`scripts/test`), the long ones come first."""
    if not hasattr(config, "workerinput"):
        return
    tests = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[int, int, str]:
        path = item.path.relative_to(HERE).as_posix()
        rank = next((at for at, begin in enumerate(LONG) if path.startswith(begin)), len(LONG))
        return rank, -tests[item.path], path

    items.sort(key=place)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, which can be dropped at the end though a killed server still holds it.

    Tests that commit empty it afterwards, the record of acts among the rest.
    """
    if not connection.settings_dict["NAME"].startswith("test_"):
        yield  # no test of this session has a database: none was made, and the own one is left be
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("accounts_auditevent", "accounts_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ahnb_audit_whole")
        # What a test stores need not survive a power cut.
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        cursor.execute("SET synchronous_commit = off")
    yield
    with django_db_blocker.unblock():
        connection.close()  # a test may have ended what it led to
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )


@pytest.fixture(scope="session", autouse=True)
def files_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Files of runs lie where the tests are, not where the developer's server keeps its own."""
    folder = tmp_path_factory.mktemp("files")
    kept = {**settings.STORAGES["default"], "OPTIONS": {"location": folder / "files"}}
    with override_settings(
        STORAGES={**settings.STORAGES, "default": kept}, ARTIFACT_INCOMING=folder / "incoming"
    ):
        yield folder


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose tables are made, so that a server starts at once on a copy of it."""
    shared = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each of its processes a folder below the one of all.
    return started_once(shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared)


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that ask; see `tests.live` for what else they need."""
    with running_server(tmp_path_factory.mktemp("server")) as live:
        yield live


@pytest.fixture(scope="session")
def nursery() -> Iterator[trainings.Nursery]:
    """Keras on TensorFlow, loaded once for the programs that run in processes of their own."""
    with trainings.nursery() as started:
        yield started


@pytest.fixture
def alice(db: None) -> User:
    """Owns the team "vision"."""
    return cast.make_person("alice@example.org", "Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Edits in the team "vision"."""
    return cast.make_person("bob@example.org", "Bob")


@pytest.fixture
def dana(db: None) -> User:
    """Reads in the team "vision"."""
    return cast.make_person("dana@example.org", "Dana")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger to the team "vision"."""
    return cast.make_person("charlie@example.org", "Charlie")


@pytest.fixture
def vision(alice: User, bob: User, dana: User) -> Team:
    """The team of alice, bob and dana."""
    return cast.make_team("vision", alice, editors=[bob], readers=[dana])


@pytest.fixture
def digits(vision: Team, alice: User) -> Project:
    """The project of the team "vision"."""
    return cast.make_project(vision, "digits", alice, name="Digits")


@pytest.fixture
def other(charlie: User) -> Team:
    """The stranger's own team."""
    return cast.make_team("other", charlie)


@pytest.fixture
def secret(other: Team, charlie: User) -> Project:
    """The project of the team "other"."""
    return cast.make_project(other, "secret", charlie, name="Secret")


@pytest.fixture
def anonymous() -> Client:
    """A browser in which nobody is logged in."""
    return Client()


@pytest.fixture
def token_of(db: None) -> Callable[..., str]:
    return cast.token_of


@pytest.fixture
def client_of(db: None) -> Callable[[User], Client]:
    return cast.client_of


@pytest.fixture
def api_of(db: None) -> Callable[..., cast.Api]:
    return cast.api_of


@pytest.fixture
def make_run(db: None) -> Callable[..., Run]:
    return cast.make_run


@pytest.fixture
def log_points(db: None) -> Callable[..., None]:
    return cast.log_points
