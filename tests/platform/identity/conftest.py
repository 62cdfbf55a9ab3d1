"""What the tests of identity share."""

import pytest


@pytest.fixture(autouse=True)
def quick_hashing(settings) -> None:
    """A slow hash is right for passwords and tells these tests nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
