"""The image's steps by hand, as no daemon that builds images is at hand: what it holds suffices."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.test_containers import ROOT, done
from tests.live import _free_port as free_port

FOLDERS = ("ahnb_client", "platform", "projects", "runs", "templates")
START_SECONDS = 120.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the image's last stage has, and the packages of the server alone."""
    folder = tmp_path_factory.mktemp("image")
    shutil.copy(ROOT / "manage.py", folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    done(sys.executable, "-m", "venv", folder / ".venv")
    hashes = ("--require-hashes", "--requirement", ROOT / "requirements/server.txt")
    done(folder / ".venv/bin/pip", "install", "--quiet", "--no-cache-dir", *hashes)
    return folder


@pytest.fixture
def port(image: Path, tmp_path: Path) -> Iterator[int]:
    """Where the server listens that was started as the image starts it."""
    number = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "AHNB_DATA_DIR": str(tmp_path / "data"),
        "AHNB_FILES_DIR": str(tmp_path / "files/runs"),
        "AHNB_PUBLIC_URL": "https://ahnb.example.org",
        "AHNB_BEHIND_PROXY": "1",
        "AHNB_WORKERS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [image / ".venv/bin/python", "manage.py", "serve", "--port", str(number)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=image, env=environment, stdout=log, stderr=log)
        yield number
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, (tmp_path / "log").read_text()


def answer(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """Status and body, asked until the server listens."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_the_packages_of_the_server_suffice(port: int) -> None:
    assert answer(port, "/healthz") == (200, b'{"status":"ok"}')
    assert answer(port, "/readyz")[0] == 200
    asked = {"Host": "ahnb.example.org", "X-Forwarded-Proto": "https"}
    status, page = answer(port, "/account/login/", **asked)
    assert status == 200
    assert b"vendor/tabler" in page
