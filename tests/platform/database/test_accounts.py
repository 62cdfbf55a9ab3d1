"""As whom PostgreSQL runs, and whose files it may use."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ahnb_platform.database.identity import Identity, enter_namespace, stand_in, works

from .forbidden import without_namespaces
from .processes import Client, postmasters, wait_for_silence

Start = Callable[..., Client]
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def owner_of_cluster(data: Path) -> int:
    [owner] = {path.lstat().st_uid for path in (data / "postgresql").rglob("*")}
    return owner


def as_ordinary_account() -> None:
    enter_namespace((os.geteuid(), os.getegid()), stand_in())


@root_only
def test_root_runs_it_without_giving_files_away(data: Path, start: Start) -> None:
    assert start(data).ask("SELECT 1") == [[1]]
    assert {path.lstat().st_uid for path in data.rglob("*")} == {0}


@root_only
@pytest.mark.skipif(not works(without_namespaces), reason="no user namespaces here")
def test_root_without_namespaces_runs_it_as_nobody(
    tmp_path: Path, data: Path, start: Start
) -> None:
    # Nobody but root enters the folder above, and that stays so.
    tmp_path.chmod(0o700)
    for before, owner in ((without_namespaces, stand_in()[0]), (None, 0)) * 2:
        client = start(data, before=before)
        assert client.ask("SELECT 1") == [[1]]
        [postmaster] = postmasters(data)
        assert owner_of(postmaster) == owner_of_cluster(data) == owner
        client.end()
        wait_for_silence(data)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not works(as_ordinary_account), reason="no user namespaces here")
def test_ordinary_account_runs_it(empty: Path, start: Start) -> None:
    client = start(empty, before=as_ordinary_account)
    assert client.ask("CREATE TABLE mine (value int)") is None
    assert owner_of(postmasters(empty)[0]) == os.geteuid()


@root_only
def test_data_directory_of_another_account_is_told_at_once(data: Path, start: Start) -> None:
    os.chown(data, *stand_in())
    answer = start(data).ask("SELECT 1")
    assert "belongs to nobody, this is root" in answer["text"]
    assert not postmasters(data)


@root_only
def test_whole_folder_changes_its_owner_but_what_links_point_to_does_not(tmp_path: Path) -> None:
    folder, outside = tmp_path / "cluster", tmp_path / "outside"
    (folder / "base").mkdir(parents=True)
    (folder / "base/1").touch()
    outside.touch()
    (folder / "link").symlink_to(outside)
    Identity(stand_in(), lambda: None).adopt(folder)
    found = {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}
    assert found == {stand_in()[0]}
    assert outside.stat().st_uid == 0
    shutil.rmtree(folder)
