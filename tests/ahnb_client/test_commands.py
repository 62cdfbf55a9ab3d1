"""The commands of `ahnb` that need no server."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ahnb_client.cli import COMMANDS, exit_code, main
from ahnb_client.commands.printing import duration, pointed, table, value
from ahnb_client.commands.sync import bar
from ahnb_client.errors import (
    ConfigurationError,
    NotFound,
    RateLimited,
    Rejected,
    ServerUnreachable,
)

from .server import StubServer
from .test_cli import logged_in, record_offline, typed

__all__ = ["logged_in", "typed"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("x"), 1),
        (NotFound("x", status=404), 1),
        (ServerUnreachable("x"), 4),
        (Rejected("x", status=403), 5),
        (RateLimited("x", seconds=1), 5),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_every_error_has_its_exit_code(error: ConfigurationError, code: int) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(module.NAME in script for module in COMMANDS)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    script = capsys.readouterr().out

    def completed(*words: str) -> list[str]:
        typed = " ".join(f"'{word}'" for word in words)
        ask = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _ahnb"
        run = f'{script}\n{ask}; echo "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", run], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("ahnb", "do") == ["doctor", "download"]
    assert completed("ahnb", "sync", "--a") == ["--all"]
    assert completed("ahnb", "completion", "") == ["--help", "bash", "zsh", "fish"]


def test_discard_deletes_what_was_never_sent(capsys: pytest.CaptureFixture[str]) -> None:
    kept, gone = record_offline(), record_offline()
    assert main(["discard", gone.id, "--yes"]) == 0
    assert gone.folder is not None
    assert kept.folder is not None
    assert (gone.folder.exists(), kept.folder.exists()) == (False, True)


def test_discard_asks_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record_offline()
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert main(["discard"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert run.folder is not None
    assert run.folder.exists()


def test_discard_leaves_a_run_that_is_being_recorded(begin, capsys) -> None:
    run = begin()
    assert main(["discard", "--yes"]) == 0
    assert run.folder.exists()


def test_doctor_without_settings_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 3
    assert "`ahnb login`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "position", "shown"),
    [
        ("a = ", 4, "  a = \n      ^"),
        ("größe =\nb ==", 10, "  b ==\n    ^"),
        ("名 = x", 4, "  名 = x\n       ^"),
        ("e\u0301 ?", 3, "  e\u0301 ?\n    ^"),
        ("a\tb\x1b ?", 5, "  a b  ?\n       ^"),
        ("x" * 500, 300, f"  {'x' * 76}\n  {' ' * 38}^"),
    ],
)
def test_the_caret_stands_below_the_character(typed: str, position: int, shown: str) -> None:
    assert pointed(typed, position) == shown


def test_the_bar_fills() -> None:
    assert [bar(part, 4) for part in (0, 0.5, 1, 7)] == ["[....]", "[##..]", "[####]", "[####]"]


def test_sync_draws_how_far_it_is_on_a_terminal(logged_in: StubServer, tmp_path: Path) -> None:
    record_offline()
    pty = pytest.importorskip("pty", reason="no terminals on this system")
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "ahnb_client.cli", "sync"]
    with os.fdopen(terminal, "wb") as errors:
        done = subprocess.run(command, stderr=errors, stdout=subprocess.PIPE, check=False)
        shown = os.read(controller, 65_536).decode()
    os.close(controller)
    assert (done.returncode, "delivered" in done.stdout.decode()) == (0, True)
    assert f"[{'#' * 20}] 1/1" in shown


def test_tables_and_values_are_short() -> None:
    assert table([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
    assert [value(one) for one in (None, 0.1 + 0.2, [1, 2], "a\n b")] == [
        "-",
        "0.3",
        "[1, 2]",
        "a b",
    ]
    assert len(value("x" * 100)) == 60
    assert [duration(s) for s in (None, 3.21, 125, 3725)] == [
        "-",
        "3.21 s",
        "2 min 5 s",
        "1 h 2 min",
    ]
