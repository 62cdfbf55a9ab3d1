"""S19: fixation, theft and the ends of sessions."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import links, people
from ahnb_platform.accounts.models import User
from ahnb_platform.identity.models import Session
from tests import cast
from tests.cast import is_in

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
COOKIE = "ahnb-session"


@pytest.fixture(autouse=True)
def quick_hashing(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def known(alice: User) -> User:
    return people.set_password(user=alice, password=PASSWORD, by=alice)


def thief_of(client: Client) -> Client:
    """A browser with a copy of the cookies."""
    thief = Client()
    thief.cookies = client.cookies.copy()
    return thief


def log_in(client: Client) -> Any:
    form = {"login": "alice@example.org", "password": PASSWORD}
    return client.post("/account/login/", form)


def test_a_key_that_an_attacker_planted_is_never_logged_in(known: User) -> None:
    attacker = Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    attacker.cookies[COOKIE] = session.session_key
    victim = thief_of(attacker)
    log_in(victim)
    assert is_in(victim)
    assert not is_in(attacker)
    assert victim.session.session_key != session.session_key


def test_a_key_that_nobody_made_is_not_taken_over(known: User) -> None:
    client = Client()
    client.cookies[COOKIE] = "a" * 32
    log_in(client)
    assert client.session.session_key != "a" * 32


def test_a_one_time_link_changes_the_key_too(known: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[COOKIE] = session.session_key
    client.post(links.make_login_link(user=known))
    assert is_in(client)
    assert client.cookies[COOKIE].value != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_logging_out_ends_a_stolen_cookie(known: User) -> None:
    client = cast.client_of(known)
    thief = thief_of(client)
    client.post("/account/logout/")
    assert not is_in(thief)


def test_a_new_password_ends_a_stolen_cookie_but_not_this_browser(known: User) -> None:
    client = cast.client_of(known)
    thief = thief_of(client)
    new = "battery horse correct"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", form).status_code == 302
    assert is_in(client)
    assert not is_in(thief)


def test_deactivating_ends_every_session_and_activating_brings_none_back(known: User) -> None:
    client = cast.client_of(known)
    known.is_active = False
    known.save()
    assert not is_in(client)
    known.is_active = True
    known.save()
    assert not is_in(client)


def test_a_session_ends_idle_after_twelve_hours_and_for_good_after_fourteen_days(
    known: User,
) -> None:
    client = cast.client_of(known)
    row = Session.objects.get(user=known)
    assert timedelta(hours=11, minutes=59) < row.expire_date - timezone.now() <= timedelta(hours=12)
    session = client.session
    session["about"] = {**session["about"], "started": session["about"]["started"] - 14 * 86_400}
    session.save()
    assert not is_in(client)


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(known: User) -> None:
    client = Client()
    cookie = log_in(client).cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_under_https_cookies_are_bound_to_this_very_host(tmp_path: Path) -> None:
    code = (
        "import json; from ahnb_platform import settings as s; print(json.dumps([s.SESSION_COOKIE_"
        "NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE]))"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "AHNB_DATA_DIR": str(tmp_path / "data"),
        "AHNB_PUBLIC_URL": "https://ahnb.example.org",
        "AHNB_BEHIND_PROXY": "1",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DATABASE_URL": "postgresql:///nothing",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == ["__Host-ahnb-session", "__Host-ahnb-csrf", True, True]


def test_the_data_of_a_session_cannot_be_forged_without_the_key(known: User) -> None:
    client = cast.client_of(known)
    stored = Session.objects.get(user=known).session_data
    head, middle, signature = stored.split(":")
    turned = signature[:-1] + ("A" if signature[-1] != "A" else "B")
    Session.objects.update(session_data=f"{head}:{middle}:{turned}")
    assert not is_in(client)
    assert settings.SESSION_ENGINE == "ahnb_platform.identity.sessionstore"
