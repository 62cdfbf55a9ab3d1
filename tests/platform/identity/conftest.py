"""What the tests of identity share."""

from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth

from .clock import NOW


@pytest.fixture(autouse=True)
def quick_hashing(settings) -> None:
    """A slow hash is right for passwords and tells these tests nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def steady_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """allauth reads the time of `clock.NOW` when it looks at a one-time code."""
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: NOW))
