"""The command line: what it prints, what it stores, how it exits."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ahnb_client.cli import main
from ahnb_client.commands.person import email_of, may_record
from ahnb_client.config import Config
from ahnb_client.run import Run
from ahnb_client.version import __version__

from .server import KEY, Fault, Store, StubServer, free_port, serving

Typed = Callable[[str], None]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Gives standard input a text."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def logged_in(server: StubServer, typed: Typed) -> StubServer:
    typed(f"{KEY}\n")
    assert main(["login", "--server", server.address, "--key", "-"]) == 0
    return server


def record_offline(project: str | None = "team/project") -> Run:
    """A run that was recorded without a server and has ended."""
    run = Run(project, config=Config.offline(project))
    run.log({"loss": 0.5})
    run.finish()
    return run


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_wrong_usage_exits_with_2() -> None:
    with pytest.raises(SystemExit) as left:
        main(["dance"])
    assert left.value.code == 2


def test_login_stores_a_key_that_the_server_takes(
    server: StubServer, typed: Typed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    typed(f"{KEY}\n")
    assert main(["login", "--server", server.address, "--key", "-"]) == 0
    said = capsys.readouterr()
    assert "alice@example.org" in said.out
    assert KEY not in said.out + said.err
    path = tmp_path / ".config/ahnb/credentials.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Config.load().key == KEY


def test_login_stores_nothing_that_the_server_refuses(
    server: StubServer, typed: Typed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    typed("ahnb_wrong\n")
    assert main(["login", "--server", server.address]) == 5
    assert "401" in capsys.readouterr().err
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize("text", ["", "\n", "not ascii ä\n"])
def test_login_needs_a_key(server: StubServer, typed: Typed, text: str) -> None:
    typed(text)
    assert main(["login", "--server", server.address, "--key", "-"]) == 1


def test_login_takes_no_key_from_the_command_line(
    server: StubServer, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    assert main(["login", "--server", server.address, "--key", KEY]) == 1
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    assert store.requests == []


def test_status_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert "ahnb login" in capsys.readouterr().out


def test_status_shows_connection_and_what_waits(
    logged_in: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record_offline()
    capsys.readouterr()
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    assert "ready, as alice@example.org" in shown
    assert f"{run.id}  1.0 MB  waits for `ahnb sync`" in shown
    assert KEY not in shown
    assert main(["status", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["server"] == logged_in.address
    assert [Path(one["folder"]).name for one in report["waiting"]] == [run.id]


def test_sync_with_nothing_to_do_is_fine(
    logged_in: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync"]) == 0
    assert "Nothing waits" in capsys.readouterr().out


def test_sync_delivers_what_was_recorded_offline(
    logged_in: StubServer, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [record_offline() for _ in range(3)]
    assert main(["sync"]) == 0
    assert [store.status(run.id) for run in runs] == ["finished"] * 3
    shown = capsys.readouterr().out
    assert all(f"{run.id}  delivered  2 records" in shown for run in runs)
    assert main(["sync", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": []}


def test_sync_takes_the_beginning_of_an_id(logged_in: StubServer, store: Store) -> None:
    first, second = record_offline(), record_offline()
    assert main(["sync", second.id[:-1]]) == 0
    assert store.status(second.id) == "finished"
    assert first.id not in store.runs
    assert main(["sync", "0"]) == 0


def test_sync_refuses_a_beginning_that_is_no_run_or_several(
    logged_in: StubServer, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    record_offline()
    record_offline()
    capsys.readouterr()
    assert main(["sync", "0"]) == 1
    assert "several" in capsys.readouterr().err
    assert main(["sync", "ffff"]) == 1
    assert "nothing is left" in capsys.readouterr().err
    assert store.runs == {}


@pytest.mark.parametrize(
    ("me", "expected"),
    [
        ({"user": {"email": "a@b.org"}, "token": {"scopes": ["read", "runs:write"]}}, True),
        ({"user": {"email": "a@b.org"}, "token": {"scopes": ["read"]}}, False),
        ({"user": "a@b.org"}, True),
    ],
)
def test_key_without_the_scope_for_runs_is_no_good(me: dict[str, Any], expected: bool) -> None:
    assert may_record(me) is expected
    assert email_of(me) == "a@b.org"


def test_sync_puts_a_misnamed_run_elsewhere(logged_in: StubServer, store: Store) -> None:
    run = record_offline(project="My Project")
    assert main(["sync", "--project", "team/right", run.id]) == 0
    assert store.runs[run.id]["project"] == "team/right"


def test_sync_names_a_project_for_runs_that_have_none(
    logged_in: StubServer, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record_offline(project=None)
    assert main(["sync"]) == 1
    assert "--project" in capsys.readouterr().out
    assert main(["sync", "--project", "team/late"]) == 0
    assert store.runs[run.id]["project"] == "team/late"


def test_sync_of_a_project_leaves_the_runs_of_others(
    logged_in: StubServer, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, misnamed = record_offline(project="team/late"), record_offline(project="My Project")
    other = record_offline(project="team/other")
    assert main(["sync", "--project", "team/late"]) == 0
    assert f"{other.id}  unasked  is of team/other" in capsys.readouterr().out
    assert [store.runs[run.id]["project"] for run in (ours, misnamed)] == ["team/late"] * 2
    assert other.id not in store.runs
    assert main(["sync", "--project", "team/late", other.id]) == 0
    assert store.runs[other.id]["project"] == "team/late"


def test_sync_without_a_key_keeps_everything(
    server: StubServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record_offline()
    monkeypatch.setenv("AHNB_SERVER", server.address)
    assert main(["sync", "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["runs"]
    assert (result["run"], result["state"]) == (run.id, "kept")
    assert run.folder is not None
    assert run.folder.exists()


def test_sync_gives_up_on_a_server_that_is_down_and_keeps_everything(
    typed: Typed, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    with serving(store, port) as server:
        typed(f"{KEY}\n")
        assert main(["login", "--server", server.address]) == 0
    run = record_offline()
    assert main(["sync"]) == 1
    assert "no connection" in capsys.readouterr().out
    with serving(store, port):
        assert main(["sync"]) == 0
    assert store.status(run.id) == "finished"


def test_sync_says_what_the_server_refused(
    logged_in: StubServer, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record_offline()
    store.fault = lambda request: (
        Fault(422, b'{"detail": "odd", "code": "odd"}')
        if request.method == "POST" and request.body["metrics"]
        else None
    )
    assert main(["sync"]) == 0
    assert store.events(run.id, "lost")[0]["reasons"] == {"refused": 1}
    capsys.readouterr()
    assert main(["status"]) == 0
    assert "refused by the server: " in capsys.readouterr().out


def test_a_key_of_one_server_is_never_sent_to_another(
    logged_in: StubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Store()
    with serving(other) as elsewhere:
        settings = Config.load()
        meant = Config(elsewhere.address, None, "a/b", "offline", settings.directory)
        Run(config=meant).finish()
        monkeypatch.setenv("AHNB_API_KEY", KEY)
        capsys.readouterr()
        assert main(["sync"]) == 1
        assert f"no API key for {elsewhere.address}" in capsys.readouterr().out
        assert other.requests == []
        assert main(["sync", "--server", elsewhere.address]) == 0
        assert len(other.runs) == 1
