"""What the embedded PostgreSQL finds: remains of a crash, and what it must not touch."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ahnb_platform.database.keeper import LONGEST_LOG_BYTES, bound_log
from ahnb_platform.database.places import LONGEST_SOCKET, Places

from .processes import Client, postgres_processes, wait_for_silence

Start = Callable[..., Client]


def refusal(client: Client) -> str:
    answer = client.ask("SELECT 1")
    assert answer["error"] == "DatabaseError"
    return str(answer["text"])


def name_owner(data: Path, pid: int) -> None:
    """Both lock files of PostgreSQL, as a crash leaves them, with another process's number."""
    places = Places(data)
    text = f"{pid}\n{places.cluster}\n1700000000\n5432\n{places.sockets}\n\n"
    (places.cluster / "postmaster.pid").write_text(text)
    Path(f"{places.socket}.lock").write_text(text)


def test_number_of_another_program_in_the_lock_file_does_not_matter(
    data: Path, start: Start
) -> None:
    name_owner(data, os.getpid())
    assert start(data).ask("SELECT 1") == [[1]]


def test_number_of_a_zombie_in_the_lock_file_does_not_matter(data: Path, start: Start) -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    name_owner(data, zombie.pid)
    assert start(data).ask("SELECT 1") == [[1]]
    zombie.wait()


def test_program_that_works_in_the_cluster_is_not_pushed_aside(data: Path, start: Start) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=Places(data).cluster) as other:
        name_owner(data, other.pid)
        assert f"Another PostgreSQL (process {other.pid})" in refusal(start(data))
        other.kill()


def test_folder_with_foreign_files_is_refused_and_left_alone(empty: Path, start: Start) -> None:
    thesis = Places(empty).cluster / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years of work")
    assert "no PG_VERSION" in refusal(start(empty))
    assert thesis.read_text() == "years of work"
    assert list(thesis.parent.iterdir()) == [thesis]


def test_cluster_of_another_major_version_is_refused_and_left_alone(
    data: Path, start: Start
) -> None:
    version = Places(data).cluster / "PG_VERSION"
    version.write_text("15\n")
    assert "was made by PostgreSQL 15, this is 18" in refusal(start(data))
    assert version.read_text() == "15\n"


def test_broken_start_is_made_anew(empty: Path, start: Start) -> None:
    half = Places(empty).unfinished / "base"
    half.mkdir(parents=True)
    assert start(empty).ask("SELECT 1") == [[1]]
    assert not half.parent.exists()


def test_damaged_cluster_is_told_with_the_reason(data: Path, start: Start) -> None:
    (Places(data).cluster / "global/pg_control").unlink()
    assert "pg_control" in refusal(start(data))
    wait_for_silence(data)


@pytest.mark.parametrize("name", ["a space, a comma and 'quotes'", "a" * LONGEST_SOCKET, "größe"])
def test_path_that_no_socket_could_have_works(
    finished: Path, tmp_path: Path, start: Start, name: str
) -> None:
    data = shutil.copytree(finished, tmp_path / name)
    client = start(data)
    assert client.ask("SELECT 1") == [[1]]
    assert Places(data).sockets.lstat().st_mode & 0o777 == 0o700
    assert Places(data).sockets.parent == Path("/tmp")
    client.end()
    wait_for_silence(data)
    Places(data).sockets.rmdir()


def test_short_socket_folder_that_somebody_else_laid_is_refused(
    tmp_path: Path, start: Start
) -> None:
    data = tmp_path / "a, b"
    trap = Places(data).sockets
    trap.symlink_to(tmp_path)
    assert "is not a folder of" in refusal(start(data))
    assert not postgres_processes(data)
    trap.unlink()


def test_log_is_cut_when_it_has_grown_and_one_older_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    log.write_text("first line\n")
    bound_log(log)
    assert log.read_text() == "first line\n"
    os.truncate(log, LONGEST_LOG_BYTES + 1)
    bound_log(log)
    assert log.stat().st_size == 0
    assert log.with_suffix(".log.1").read_bytes().startswith(b"first line")
