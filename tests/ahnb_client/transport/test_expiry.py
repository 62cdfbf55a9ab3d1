"""The end of the API key is told once, on its last day, as the server states it."""

from datetime import UTC, datetime, timedelta

import pytest

from ahnb_client.transport.expiry import HEADER, tell_expiry
from ahnb_client.transport.http import Server

from ..server import KEY, Fault, Store, StubServer


def stated_in(hours: float) -> str:
    """What a server states of a key that ends so many hours from now."""
    return f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def test_it_is_told_once(server: StubServer, store: Store, capsys) -> None:
    stated = stated_in(23)
    ending = Fault(200, b'{"user": {}}', {HEADER: stated})
    store.fault = lambda _request: ending
    for _ in range(3):
        Server(server.address, KEY).me()
    told = capsys.readouterr().err
    assert told.count(f"the API key expires at {stated[:10]} {stated[11:16]} UTC") == 1
    assert KEY not in told


def test_one_of_a_week_is_not_told_before_its_last_day(capsys) -> None:
    tell_expiry(stated_in(7 * 24))
    tell_expiry(stated_in(25))
    assert capsys.readouterr().err == ""
    tell_expiry(stated_in(1))
    assert "the API key expires at" in capsys.readouterr().err


def test_a_key_that_is_over_is_told_so(capsys) -> None:
    tell_expiry("2020-01-01T00:00:00Z")
    assert "expired at 2020-01-01 00:00 UTC: runs that it started go on" in capsys.readouterr().err


@pytest.mark.parametrize("stated", [None, "", "soon", "2099-99-99T00:00:00Z", "x" * 10_000])
def test_what_is_no_time_is_silent(stated, capsys) -> None:
    tell_expiry(stated)
    assert capsys.readouterr().err == ""


def test_one_without_a_zone_is_read(capsys) -> None:
    soon = datetime.now() + timedelta(hours=1)
    tell_expiry(f"{soon:%Y-%m-%dT%H:%M:%S}")
    assert f"expires at {soon:%Y-%m-%d %H:%M};" in capsys.readouterr().err
