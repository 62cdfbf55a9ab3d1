"""Secrets that must be read again, such as a provider's: encrypted with a key of the secret key.

Who reads the database alone learns nothing. A former secret key among SECRET_KEY_FALLBACKS still
opens what it closed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ahnb_platform.errors import Conflict

PURPOSE = b"ahnb identity vault 1"


class Unreadable(Conflict):
    """It was closed with another secret key, or changed since."""

    code = "secret-key-changed"


def lock(text: str) -> str:
    """The text, encrypted; empty stays empty."""
    return _boxes().encrypt(text.encode()).decode() if text else ""


def unlock(locked: str) -> str:
    """Undo `lock`. Raises Unreadable."""
    if not locked:
        return ""
    try:
        return _boxes().decrypt(locked.encode()).decode()
    except InvalidToken as error:
        raise Unreadable(
            "This was stored with another secret key of the server. Whoever runs it gives it back "
            "its former key, or lets you begin anew (manage.py forgetfactors)."
        ) from error


def _boxes() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_box(str(key)) for key in keys])


def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
