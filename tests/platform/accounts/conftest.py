"""Passwords are hashed cheaply here: what is tested is not the hash."""

import pytest
from django.core.cache import cache

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import User

from .entering import PASSWORD


@pytest.fixture(autouse=True)
def cheap_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def known(alice: User) -> User:
    """Alice with a password."""
    cache.clear()
    return people.set_password(user=alice, password=PASSWORD, by=alice)
