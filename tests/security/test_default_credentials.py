"""S11: default and weak credentials: a fresh installation opens to nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import ApiToken, LoginLink, User
from ahnb_platform.errors import Invalid

ROOT = Path(__file__).parents[2]
DEFAULTS = [
    ("admin", "admin"),
    ("admin@example.org", "password1234"),
    ("admin@localhost", "password"),
    ("root@localhost", "root"),
    ("ahnb@localhost", "ahnb"),
    ("demo@example.org", "demo"),
    ("", ""),
]


@pytest.mark.django_db
def test_a_fresh_database_has_no_account_token_or_link() -> None:
    assert not User.objects.exists()
    assert not ApiToken.objects.exists()
    assert not LoginLink.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "password"), DEFAULTS)
def test_no_usual_default_logs_in(address: str, password: str) -> None:
    client = Client()
    answer = client.post("/account/login/", {"login": address, "password": password})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/account/signup/", "/accounts/signup/", "/signup/", "/register/", "/account/new/"]
)
def test_nobody_registers(path: str) -> None:
    form = {"email": "x@example.org", "password1": "staple paper clip"}
    assert Client().post(path, form).status_code == 404
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["password1234", "admin", "administrator1", "qwertyuiop12"])
def test_a_weak_password_can_be_given_by_nobody(password: str) -> None:
    user = people.create_person(email="ada@example.org", by=None)
    with pytest.raises(Invalid):
        people.set_password(user=user, password=password, by=None)


def key_of(data: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "AHNB_DATA_DIR": str(data),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DATABASE_URL": "postgresql:///nothing",
    }
    code = "from ahnb_platform import settings; print(settings.SECRET_KEY)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_each_installation_makes_a_secret_key_of_its_own(tmp_path: Path) -> None:
    keys = [key_of(tmp_path / name) for name in ("one", "two", "one")]
    assert keys[0] == keys[2] != keys[1]
    assert min(map(len, keys)) >= 50
    assert (tmp_path / "one" / "secret_key").stat().st_mode & 0o077 == 0


def test_no_file_of_the_tree_holds_the_key_that_is_in_use() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    key = str(settings.SECRET_KEY).encode()
    for name in filter(None, tracked):
        file = ROOT / name.decode()
        assert not file.is_file() or key not in file.read_bytes(), file
