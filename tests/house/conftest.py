"""The world of the tests that walk all routes: made once a module, unchanged by a test."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from .routes.world import World, make_world, undone

# Nobody guesses passwords here, and slow hashes would take most of the time.
FAST_HASHES = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=FAST_HASHES), django_db_blocker.unblock(), undone():
        yield make_world()


@pytest.fixture
def world(made_world: World, db: None) -> World:
    return made_world
