"""Downloads: whole and right or not there, and in no other folder than the one that was named."""

from pathlib import Path

import pytest

from ahnb_client.client.artifacts import artifacts_of, chosen, fetch
from ahnb_client.client.asking import Asker
from ahnb_client.config import Config
from ahnb_client.errors import ConfigurationError, NotFound, ServerUnreachable

from ..server import Fault, Store


@pytest.fixture
def asker(config: Config) -> Asker:
    return Asker(config)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


def get(asker: Asker, store: Store, folder: Path, name: str) -> Path:
    store.files["run"] = [(name, b"first"), (name, b"second")]
    return fetch(asker, "run", chosen(asker, "run", name, 2), folder)


def test_a_file_lies_under_its_name(asker: Asker, store: Store, folder: Path) -> None:
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "best.keras").write_bytes(b"before")
    path = get(asker, store, folder, "checkpoints/best.keras")
    assert path == folder / "checkpoints" / "best.keras"
    assert path.read_bytes() == b"second"
    assert [one.name for one in path.parent.iterdir()] == ["best.keras"]
    assert [one.version for one in artifacts_of(asker, "run")] == [2, 1]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "a/..", "%2e%2e/x"])
def test_a_name_that_leads_elsewhere_is_refused(
    asker: Asker, store: Store, folder: Path, tmp_path: Path, name: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigurationError):
        get(asker, store, folder, name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_that_leads_elsewhere_is_refused(
    asker: Asker, store: Store, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="leads out of"):
        get(asker, store, folder, "a/b/x")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_place_of_the_file_is_replaced(
    asker: Asker, store: Store, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_bytes(b"kept")
    (folder / "x").symlink_to(tmp_path / "precious")
    assert get(asker, store, folder, "x").read_bytes() == b"second"
    assert (tmp_path / "precious").read_bytes() == b"kept"


def test_other_bytes_than_announced_leave_nothing(asker: Asker, store: Store, folder: Path) -> None:
    store.fault = lambda request: Fault(200, b"wrong") if request.path.endswith("/2/") else None
    with pytest.raises(ServerUnreachable, match="other bytes"):
        get(asker, store, folder, "x")
    assert list(folder.iterdir()) == []


def test_a_body_that_is_cut_off_leaves_nothing(asker: Asker, store: Store, folder: Path) -> None:
    cut = Fault(200, b"sec", {"Content-Length": "6", "Connection": "close"})
    store.fault = lambda request: cut if request.path.endswith("/2/") else None
    with pytest.raises(ServerUnreachable):
        get(asker, store, folder, "x")
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(asker: Asker, store: Store, folder: Path) -> None:
    (folder / "a").write_bytes(b"a file")
    with pytest.raises(ConfigurationError):
        get(asker, store, folder, "a/x")
    (folder / "x").mkdir()
    with pytest.raises(ConfigurationError, match="is a folder"):
        get(asker, store, folder, "x")


def test_what_is_not_there_is_told(asker: Asker, store: Store) -> None:
    with pytest.raises(NotFound, match="no file x"):
        chosen(asker, "run", "x", None)
    store.files["run"] = [("x", b"")]
    with pytest.raises(NotFound, match="version 7 of x"):
        chosen(asker, "run", "x", 7)
