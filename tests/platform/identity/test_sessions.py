"""The list of sessions and their ends."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import AuditEvent, User
from ahnb_platform.identity import sessions
from ahnb_platform.identity.models import Session
from ahnb_platform.identity.sessionstore import ABOUT
from tests import cast
from tests.cast import is_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "correct horse battery"


@pytest.fixture
def known(alice: User) -> User:
    return people.set_password(user=alice, password=PASSWORD, by=alice)


def log_in(agent: str = FIREFOX) -> Client:
    """By the form, as a person does."""
    client = Client(headers={"User-Agent": agent})
    form = {"login": "alice@example.org", "password": PASSWORD}
    assert client.post("/account/login/", form).status_code == 302
    return client


def test_the_page_tells_device_and_address_and_never_the_key(known: User) -> None:
    client, other = log_in(), log_in("curl/8.5.0")
    page = client.get("/account/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "curl" in page
    assert "127.0.0.1" in page
    assert client.session.session_key not in page
    assert other.session.session_key not in page


def test_one_other_session_can_be_ended(alice: User) -> None:
    client, other, third = cast.client_of(alice), cast.client_of(alice), cast.client_of(alice)
    handle = sessions._handle(other.session.session_key)
    assert client.post("/account/sessions/", {"end": handle}).status_code == 302
    assert [is_in(client), is_in(other), is_in(third)] == [True, False, True]
    assert AuditEvent.objects.get(action="account.sessions-ended").data == {"count": 1}


def test_all_others_can_be_ended(alice: User) -> None:
    client, other, third = cast.client_of(alice), cast.client_of(alice), cast.client_of(alice)
    client.post("/account/sessions/", {"end": "others"})
    assert [is_in(client), is_in(other), is_in(third)] == [True, False, False]


def test_nobody_ends_another_persons_session(alice: User, bob: User) -> None:
    client = cast.client_of(alice)
    handle = sessions._handle(client.session.session_key)
    assert cast.client_of(bob).post("/account/sessions/", {"end": handle}).status_code == 404
    assert is_in(client)


def test_a_password_that_somebody_else_set_ends_every_session(alice: User) -> None:
    client = cast.client_of(alice)
    people.set_password(user=alice, password="battery horse correct", by=None)
    assert not is_in(client)
    assert not Session.objects.filter(user=alice).exists()


def test_deactivating_a_person_removes_their_sessions(alice: User) -> None:
    client = cast.client_of(alice)
    alice.is_active = False
    alice.save()
    assert not Session.objects.filter(user=alice).exists()
    assert not is_in(client)


def put_back(client: Client, started: float = 0, seen: float = 0) -> None:
    """Let the session have begun and been used so many seconds earlier."""
    session = client.session
    about = session[ABOUT]
    session[ABOUT] = {**about, "started": about["started"] - started, "seen": about["seen"] - seen}
    session.save()


def test_use_prolongs_a_session(alice: User) -> None:
    client = cast.client_of(alice)
    put_back(client, started=11 * 3600, seen=11 * 3600)
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))
    assert is_in(client)
    left = Session.objects.get().expire_date - timezone.now()
    assert left > timedelta(hours=11, minutes=59)
    assert timezone.now() - Session.objects.get().seen_at < timedelta(minutes=1)


def test_a_session_without_use_ends_after_twelve_hours(alice: User) -> None:
    client = cast.client_of(alice)
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(client)


def test_no_use_prolongs_a_session_beyond_fourteen_days(alice: User) -> None:
    client = cast.client_of(alice)
    put_back(client, started=14 * 24 * 3600 - 1800, seen=3600)
    assert is_in(client)
    left = Session.objects.get().expire_date - timezone.now()
    assert left <= timedelta(minutes=30)
    put_back(client, started=1900)
    assert not is_in(client)


def test_logging_in_again_begins_a_new_life(alice: User) -> None:
    client = cast.client_of(alice)
    put_back(client, started=13 * 24 * 3600)
    client.post("/account/logout/")
    client.force_login(alice)
    assert Session.objects.filter(user=alice).count() == 1
    assert timezone.now() - Session.objects.get(user=alice).started_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604.1", "Safari on iPhone"),
        ("", "an unknown program"),
        ("<script>alert(1)</script>", "an unknown program"),
    ],
)
def test_devices_have_the_names_that_people_use(agent: str, name: str) -> None:
    assert sessions.device_name(agent) == name
