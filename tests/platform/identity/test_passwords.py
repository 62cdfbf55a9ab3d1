"""Passwords that are long and still weak."""

import hashlib
import random
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from ahnb_platform import env
from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Invalid
from ahnb_platform.identity.passwords.breached import is_breached
from ahnb_platform.identity.passwords.validators import BreachedValidator

WEAK = [
    "password1234!",
    "Password!2026",
    "P@ssw0rd12345",
    "passwordpassword",
    "monkeymonkeymonkey",
    "letmein2026!!!",
    "qwertyuiop123",
    "1qaz2wsx3edc4",
    "asdfghjklasdf",
    "abcdefghijklmn",
    "zyxwvutsrqponm",
    "123456789012345",
    "aaaaaaaaaaaa",
    "abababababab",
    "xk7xk7xk7xk7",
    "ahnb2026ahnb!",
    "alice123456789",
    "nota-bene-2026",
]
GOOD = [
    "correct horse battery",
    "staple paper clip",
    "tK9#vRq2mLx8wZ",
    "the frost melts on thursdays",
    "unterirdisch-blau-7",
    "Ж сильный пароль тут",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_long_but_guessable_password_is_refused(alice: User, password: str) -> None:
    with pytest.raises(Invalid):
        people.set_password(user=alice, password=password, by=alice)


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_accepted(alice: User, password: str) -> None:
    validate_password(password, alice)


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


@pytest.fixture
def breached(tmp_path: Path) -> tuple[Path, list[str]]:
    """A file of 20,000 digests as it is downloaded, and the passwords in it."""
    numbers = random.Random(7)
    words = [f"known {number} from elsewhere" for number in range(20_000)]
    lines = sorted(f"{sha1(word)}:{numbers.randrange(1, 10**7)}" for word in words)
    path = tmp_path / "pwned.txt"
    path.write_bytes("\r\n".join(lines).encode() + b"\r\n")
    return path, words


def test_each_line_of_the_file_is_found_and_nothing_else(breached) -> None:
    path, words = breached
    ordered = sorted(words, key=sha1)
    chosen = [*ordered[:20], *ordered[-20:], *words[::97]]
    assert all(is_breached(word, path) for word in chosen)
    assert not any(is_breached(f"unknown {number}", path) for number in range(500))


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_files_are_searched_to_their_end(tmp_path: Path, count: int, ending: bytes) -> None:
    words = sorted((f"word {number}" for number in range(count)), key=sha1)
    path = tmp_path / "few.txt"
    path.write_bytes((ending or b"\n").join(sha1(word).encode() + b":1" for word in words) + ending)
    assert all(is_breached(word, path) for word in words)
    assert not is_breached("another", path)


def test_a_breached_password_is_refused_by_name(breached) -> None:
    path, words = breached
    with pytest.raises(ValidationError, match="breach elsewhere"):
        BreachedValidator(str(path)).validate(words[5])
    BreachedValidator(str(path)).validate("nobody knows this one")


def test_a_file_that_is_gone_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="cannot be read"):
        BreachedValidator(str(tmp_path / "gone")).validate("nobody knows this one")


def test_a_file_that_cannot_be_read_stops_the_start(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AHNB_BREACHED_PASSWORDS", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="AHNB_BREACHED_PASSWORDS"):
        env.readable_file("AHNB_BREACHED_PASSWORDS")
