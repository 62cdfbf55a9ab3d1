"""DATABASES out of the environment."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ahnb_platform.database.config import data_directory, database_config


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "AHNB_DATA_DIR", "AHNB_TEST_DATABASE"):
        monkeypatch.delenv(name, raising=False)


def test_data_lies_in_the_checkout_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert data_directory() == Path(__file__).resolve().parents[3] / ".ahnb"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AHNB_DATA_DIR", "here/data")
    assert data_directory() == tmp_path.resolve() / "here/data"


def test_embedded_database_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AHNB_DATA_DIR", str(tmp_path))
    config = database_config()
    assert config["ENGINE"] == "ahnb_platform.database.backend"
    assert config["DATA_DIR"] == tmp_path
    assert "PASSWORD" not in config
    assert config["CONN_HEALTH_CHECKS"] is True


def test_url_names_an_external_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:p%40ss@db.example.org:6000/notes")
    config = database_config()
    found = [config[name] for name in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")]
    engine = "ahnb_platform.database.external"
    assert found == [engine, "ann", "p@ss", "db.example.org", 6000, "notes"]


def test_url_may_name_the_folder_of_a_socket_and_own_options(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "DATABASE_URL",
        "postgresql:///notes?host=/run/pg&sslmode=require&options=-c%20search_path%3Dours",
    )
    config = database_config()
    assert config["HOST"] == "/run/pg"
    assert config["OPTIONS"]["sslmode"] == "require"
    assert config["OPTIONS"]["options"].endswith("-c search_path=ours")
    assert "host" not in config["OPTIONS"]


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite:///file", "nonsense", "http://x/y"])
def test_other_databases_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database_config()


def test_limits_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_STATEMENT_TIMEOUT", "7")
    assert "statement_timeout=7s" in database_config()["OPTIONS"]["options"]
    monkeypatch.setenv("AHNB_STATEMENT_TIMEOUT", "soon")
    with pytest.raises(ImproperlyConfigured, match="AHNB_STATEMENT_TIMEOUT"):
        database_config()


def test_tests_may_use_a_database_of_their_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_TEST_DATABASE", "test_mine")
    assert database_config()["TEST"]["NAME"] == "test_mine"


def test_psycopg_3_beside_psycopg2_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "psycopg").mkdir()
    (tmp_path / "psycopg/__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="psycopg 3"):
        database_config()
