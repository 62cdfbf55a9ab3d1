"""S11: a server that others reach does not start with settings that let them in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ahnb_platform import strictness

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
GOOD_KEY = "Zk3-q8vT_pL0sXw7bN2mR5yC9dF4gH6jK1aQeUiOzYxWvBtMnS"
HTTPS = "https://ahnb.example.org"


def manage(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # Tests with a browser set it for their process.
    kept = {word: told for word, told in os.environ.items() if word != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, str(MANAGE), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**kept, "AHNB_DATA_DIR": str(data), **environment},
    )


def test_check_of_a_deployment_finds_nothing(tmp_path: Path) -> None:
    done = manage(
        tmp_path / "data",
        *("check", "--deploy", "--fail-level", "WARNING"),
        AHNB_PUBLIC_URL=HTTPS,
        AHNB_BEHIND_PROXY="1",
        AHNB_SECRET_KEY=GOOD_KEY,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_refusal_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    done = manage(tmp_path / "data", "serve", AHNB_PUBLIC_URL=HTTPS, AHNB_DEBUG="1")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("AHNB_DEBUG: ")


def test_debug_pages_are_for_this_machine_alone(tmp_path: Path) -> None:
    done = manage(tmp_path / "data", "serve", "--host", "0.0.0.0", "--port", "0", AHNB_DEBUG="1")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: AHNB_DEBUG: ")


@pytest.mark.parametrize(
    "key",
    ["short", "a" * 60, "ab" * 40, "django-insecure-" + GOOD_KEY, "changeme" + GOOD_KEY, "x" * 49],
)
def test_weak_key_is_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^AHNB_SECRET_KEY: "):
        strictness.refuse_weak_key(key)


def test_random_key_is_taken() -> None:
    strictness.refuse_weak_key(GOOD_KEY)


def weak(**changes: object) -> None:
    usual: dict[str, object] = {
        "debug": False,
        "hosts": ["ahnb.example.org"],
        "public_url": HTTPS,
        "plain_http": False,
    }
    strictness.refuse_weak(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"hosts": ["a.example.org", "*"]}, "AHNB_ALLOWED_HOSTS"),
        ({"hosts": ["*"], "public_url": ""}, "AHNB_ALLOWED_HOSTS"),
        ({"debug": True}, "AHNB_DEBUG"),
        ({"debug": True, "public_url": "http://10.0.0.7:8765", "plain_http": True}, "AHNB_DEBUG"),
        ({"public_url": "http://ahnb.example.org"}, "AHNB_PUBLIC_URL"),
        ({"public_url": "http://10.0.0.7"}, "AHNB_PUBLIC_URL"),
        ({"public_url": "http://0.0.0.0"}, "AHNB_PUBLIC_URL"),
    ],
)
def test_weak_settings_are_refused(changes: dict[str, object], variable: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{variable}: "):
        weak(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"debug": True, "public_url": ""},
        {"debug": True, "public_url": "http://127.0.0.1:9000"},
        {"public_url": "http://localhost:9000"},
        {"public_url": "http://[::1]:9000"},
        {"public_url": "http://ahnb.example.org", "plain_http": True},
    ],
)
def test_sound_settings_are_taken(changes: dict[str, object]) -> None:
    weak(**changes)


@pytest.mark.parametrize(
    "url", ["ahnb.example.org", "ftp://a.example", "https://", "https://u:p@a.example", "http://[x"]
)
def test_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^AHNB_PUBLIC_URL: "):
        strictness.host_of(url)
