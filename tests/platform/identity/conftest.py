"""What the tests of identity share."""

import pytest

from tests.live import server

__all__ = ["server"]


@pytest.fixture(autouse=True)
def quick_hashing(settings) -> None:
    """A slow hash is right for passwords and tells these tests nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
