"""The secret key: made once, for its owner alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

import ahnb_platform
from ahnb_platform.secretkey import NAME, SHORTEST, secret_key


def test_key_is_long_stays_the_same_and_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    before = os.umask(0)
    try:
        key = secret_key(data)
    finally:
        os.umask(before)
    assert len(key) >= SHORTEST
    assert secret_key(data) == key
    assert stat.S_IMODE((data / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert secret_key(tmp_path / "other") != key


def test_starters_at_once_get_one_key(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(50)]
    program = (
        "import sys; from pathlib import Path; from ahnb_platform.secretkey import secret_key;"
        "print(flush=True); sys.stdin.readline(); print(*map(secret_key, map(Path, sys.argv[1:])))"
    )
    words = [sys.executable, "-c", program, *map(str, folders)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    source = Path(ahnb_platform.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(source)}
    starters: list[Any] = [subprocess.Popen(words, env=environment, **pipes) for _ in range(3)]
    for starter in starters:
        starter.stdout.readline()
    for starter in starters:
        starter.stdin.write("go\n")
        starter.stdin.flush()
    assert len({starter.communicate(timeout=60)[0] for starter in starters}) == 1
    assert {path.name for folder in folders for path in folder.iterdir()} == {NAME}


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret_key(tmp_path)
    (tmp_path / NAME).chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="open to other accounts"):
        secret_key(tmp_path)


def test_damaged_key_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / NAME).touch(mode=0o600)
    with pytest.raises(ImproperlyConfigured, match="damaged"):
        secret_key(tmp_path)
    assert (tmp_path / NAME).read_text() == ""


def test_place_where_no_folder_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=str(tmp_path / "file")):
        secret_key(tmp_path / "file" / "data")
