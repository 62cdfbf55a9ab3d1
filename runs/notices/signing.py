"""The secret of a webhook, and the signature that it makes.

The secret is derived from the server's key and a random salt, so that a copy of the database alone
forges nothing; a new key of the server changes all secrets.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

from .models import Webhook

SALT_BYTES = 32
PURPOSE = b"ahnb webhook secret 1"


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def secret_of(hook: Webhook) -> str:
    """What the receiver checks signatures with."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), PURPOSE + bytes(hook.salt), hashlib.sha256)
    return "whsec_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature(secret: str, body: bytes, at: int) -> str:
    """`t=…,v1=…`: HMAC-SHA-256 over the time, a point and the body, in hexadecimal.

    Args:
        at: seconds since 1970, which the receiver compares with its clock.
    """
    signed = hmac.digest(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hex()}"
