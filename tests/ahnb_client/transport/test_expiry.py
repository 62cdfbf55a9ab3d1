"""The end of the API key is told once, as the server states it."""

import pytest

from ahnb_client.transport.expiry import HEADER, tell_expiry
from ahnb_client.transport.http import Server

from ..server import KEY, Fault, Store, StubServer


def test_it_is_told_once(server: StubServer, store: Store, capsys) -> None:
    ending = Fault(200, b'{"user": {}}', {HEADER: "2099-12-01T08:30:00Z"})
    store.fault = lambda _request: ending
    for _ in range(3):
        Server(server.address, KEY).me()
    told = capsys.readouterr().err
    assert told.count("the API key expires at 2099-12-01 08:30 UTC") == 1
    assert KEY not in told


def test_a_key_that_is_over_is_told_so(capsys) -> None:
    tell_expiry("2020-01-01T00:00:00Z")
    assert "expired at 2020-01-01 00:00 UTC: runs that it started go on" in capsys.readouterr().err


@pytest.mark.parametrize("stated", [None, "", "soon", "2099-99-99T00:00:00Z", "x" * 10_000])
def test_what_is_no_time_is_silent(stated, capsys) -> None:
    tell_expiry(stated)
    assert capsys.readouterr().err == ""


def test_one_without_a_zone_is_read(capsys) -> None:
    tell_expiry("2099-12-01T08:30:00")
    assert "expires at 2099-12-01 08:30;" in capsys.readouterr().err
