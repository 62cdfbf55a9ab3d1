"""Settings: which one counts, and that a key goes nowhere but to its server."""

from pathlib import Path
from typing import Any

import pytest

from ahnb_client.config import Config, is_loopback, save_login
from ahnb_client.errors import ConfigurationError

SERVER = "https://ahnb.example"


def load(tmp_path: Path, **arguments: Any) -> Config:
    environ = arguments.pop("environ", {})
    return Config.load({"HOME": str(tmp_path), **environ}, **arguments)


def test_nothing_set_means_that_nothing_can_be_sent(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert not config.can_send
    assert config.directory == tmp_path / ".local/state/ahnb/spool"


def test_argument_beats_environment_beats_file(tmp_path: Path) -> None:
    folder = tmp_path / ".config/ahnb"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(f'server = "{SERVER}/file"\nproject = "file/file"\n')
    environ = {"AHNB_SERVER": f"{SERVER}/environment", "AHNB_PROJECT": "environment/e"}
    assert load(tmp_path).server == f"{SERVER}/file"
    assert load(tmp_path, environ=environ).server == f"{SERVER}/environment"
    assert load(tmp_path, environ=environ, project="a/b").project == "a/b"


def test_stored_key_is_for_its_server_alone(tmp_path: Path) -> None:
    path = save_login(SERVER, 'ahnb_x_"quoted"\\', {"HOME": str(tmp_path)})
    assert path.stat().st_mode & 0o777 == 0o600
    assert load(tmp_path).key == 'ahnb_x_"quoted"\\'
    assert load(tmp_path).can_send
    assert load(tmp_path, environ={"AHNB_SERVER": "https://elsewhere.example"}).key is None


def test_a_second_login_keeps_the_key_of_the_first_server(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    save_login(SERVER, "ahnb_1", environ)
    save_login("https://second.example", "ahnb_2", environ)
    assert load(tmp_path).server == "https://second.example"
    assert load(tmp_path, environ={"AHNB_SERVER": SERVER}).key == "ahnb_1"


def test_key_never_shows_in_a_representation() -> None:
    assert "ahnb_secret" not in repr(Config(server=SERVER, key="ahnb_secret"))


def test_directory_of_the_environment_counts(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"AHNB_DIR": "/data/spool"}).directory == Path("/data/spool")
    assert load(tmp_path, environ={"XDG_STATE_HOME": "/state"}).directory == Path(
        "/state/ahnb/spool"
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"AHNB_MODE": "sometimes"},
        {"AHNB_SERVER": "ahnb.example"},
        {"AHNB_SERVER": "ftp://ahnb.example"},
        {"AHNB_SERVER": "https://me:secret@ahnb.example"},
        {"AHNB_EXIT_TIMEOUT": "soon"},
        {"AHNB_SPOOL_MB": "1.5 GB"},
    ],
    ids=lambda environ: next(iter(environ.values())),
)
def test_a_setting_without_sense_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        load(tmp_path, environ=environ)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ".config/ahnb"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("server = ")
    with pytest.raises(ConfigurationError, match=r"config\.toml"):
        load(tmp_path)


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("2.5", 2.5), ("-1", 0), ("nan", 8)])
def test_exit_timeout_is_bounded(tmp_path: Path, text: str, seconds: float) -> None:
    assert load(tmp_path, environ={"AHNB_EXIT_TIMEOUT": text}).exit_timeout == seconds


def test_offline_mode_sends_nothing_even_with_a_key(tmp_path: Path) -> None:
    environ = {"AHNB_SERVER": SERVER, "AHNB_API_KEY": "ahnb_x"}
    assert load(tmp_path, environ=environ).can_send
    assert not load(tmp_path, environ={**environ, "AHNB_MODE": "offline"}).can_send


def test_loopback_is_recognised() -> None:
    assert is_loopback("http://127.0.0.1:8000")
    assert is_loopback("http://[::1]:8000")
    assert not is_loopback("http://127.example")
