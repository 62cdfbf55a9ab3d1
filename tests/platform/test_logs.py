"""Nothing in a log opens a door."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from ahnb_platform.logs import SecretsFilter

TOKEN = "ahnb_0123456789_" + "ab" * 32


def written(message: str, *args: object) -> str:
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, args, None)
    assert SecretsFilter().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("Forbidden (CSRF): %s", ("/account/link/Sx7-abc_123/",)),
        ("Not Found: %s", ("/account/invitation/Sx7-abc_123/",)),
        ("Not Found: %s", ("/public/Sx7-abc_123/series/",)),
        ("GET /account/login/?next=/account/invitation/Sx7-abc_123/", ()),
        ("GET /account/login/?next=%2Faccount%2Finvitation%2FSx7-abc_123%2F", ()),
        (f"GET /?token={TOKEN} 401", ()),
        ("header %r", (f"Bearer {TOKEN}",)),
    ],
)
def test_secret_is_cut_out(message: str, args: tuple[object, ...]) -> None:
    line = written(message, *args)
    assert "***" in line
    assert "Sx7" not in line
    assert "abab" not in line


def test_other_words_stay() -> None:
    assert written("Not Found: %s", "/projects/a/b/") == "Not Found: /projects/a/b/"


@pytest.mark.django_db
def test_console_masks_a_refused_link() -> None:
    """Through the handler that the settings configure."""
    handler = logging.getLogger().handlers
    console = next(one for one in handler if any(isinstance(f, SecretsFilter) for f in one.filters))
    path = reverse("accounts:link", args=["very-secret-words"])
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    kept = Kept()
    kept.filters = list(console.filters)
    logging.getLogger("django").addHandler(kept)
    try:
        assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    finally:
        logging.getLogger("django").removeHandler(kept)
    assert lines
    assert not any("very-secret-words" in line for line in lines)
