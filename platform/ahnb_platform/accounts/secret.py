"""Secrets of links and tokens: what leaves the server once, and what is kept of it."""

import hashlib
import secrets


def fresh_secret() -> str:
    """A secret of 256 bits that can stand in an address."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """Its SHA-256: with so many bits nothing slower is needed."""
    return hashlib.sha256(secret.encode()).digest()
