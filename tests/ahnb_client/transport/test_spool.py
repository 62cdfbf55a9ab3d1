"""Folders of spools: one holder at a time, no token in them, nothing half made."""

from pathlib import Path

import pytest

from ahnb_client.errors import ConfigurationError
from ahnb_client.transport.spool import Spool, refused_files, spool_folders
from ahnb_client.transport.writing import write_whole

from .spools import make_header


def test_a_spool_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, make_header())
    assert Spool.adopt(spool.folder) is None
    spool.release()
    adopted = Spool.adopt(spool.folder)
    assert adopted is not None
    assert adopted.header == spool.header
    adopted.release()


def test_folder_has_the_name_of_its_run_also_for_a_second_process(tmp_path: Path) -> None:
    header = make_header()
    spools = [Spool.create(tmp_path, header) for _ in range(3)]
    names = [spool.folder.name for spool in spools]
    assert names == [header.run_id, f"{header.run_id}.2", f"{header.run_id}.3"]
    assert [folder.name for folder in spool_folders(tmp_path)] == names
    for spool in spools:
        spool.release()


def test_others_on_the_machine_cannot_read_it(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path / "root", make_header())
    assert (tmp_path / "root").stat().st_mode & 0o077 == 0
    assert spool.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in spool.folder.iterdir())
    spool.release()


def test_a_cleared_spool_is_gone_but_for_what_was_refused(tmp_path: Path) -> None:
    clean, dirty = (Spool.create(tmp_path, make_header()) for _ in range(2))
    dirty.refused.write_text("{}\n")
    clean.clear()
    dirty.clear()
    assert list(tmp_path.iterdir()) == [dirty.folder]
    assert list(dirty.folder.iterdir()) == [dirty.refused]
    assert refused_files(tmp_path) == [dirty.refused]
    assert list(spool_folders(tmp_path)) == []


def test_a_folder_without_a_whole_header_is_no_spool(tmp_path: Path) -> None:
    (tmp_path / "0192").mkdir()
    (tmp_path / ".half").mkdir()
    assert list(spool_folders(tmp_path)) == []
    (tmp_path / "0192/header.json").write_text("{")
    with pytest.raises(ConfigurationError, match="is not a spool"):
        Spool.adopt(tmp_path / "0192")
    (tmp_path / "0192/header.json").write_text('{"format": 3}')
    with pytest.raises(ConfigurationError, match="another version"):
        Spool.adopt(tmp_path / "0192")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "plan", b"first")
    write_whole(tmp_path / "plan", b"second")
    assert list(tmp_path.iterdir()) == [tmp_path / "plan"]
    assert (tmp_path / "plan").read_bytes() == b"second"
