"""Where a run can be looked at is said once, unless the person wants it quiet."""

import pytest

import ahnb_client

from .server import KEY, StubServer

LINE = "ahnb: recording at "


@pytest.fixture(autouse=True)
def online(server: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_SERVER", server.address)
    monkeypatch.setenv("AHNB_API_KEY", KEY)
    monkeypatch.setenv("AHNB_PROJECT", "team/project")


def recorded() -> ahnb_client.Run:
    with ahnb_client.run(capture="-all", strict=True) as run:
        run.log({"loss": 1.0})
    run.resume()
    run.finish()
    assert run.wait(10)
    return run


def test_address_is_said_once_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    urls = [recorded().url, recorded().url]
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith(LINE)]
    assert said == [f"{LINE}{url}" for url in urls]


def test_quiet_leaves_it_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHNB_QUIET", "1")
    recorded()
    assert capsys.readouterr().err == ""


def test_offline_says_where_instead(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHNB_MODE", "offline")
    assert ahnb_client.run(capture="-all", strict=True).url is None
    assert LINE not in capsys.readouterr().err
