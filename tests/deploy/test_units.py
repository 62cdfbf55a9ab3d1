"""The configuration of nginx and the units under deploy/, as what reads them sees them."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.servers import nginx

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
VARIABLE = re.compile(r"\b(AHNB_[A-Z_]*[A-Z]|DATABASE_URL)\b")


def said(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a program writes; anything but 0 fails the test."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    if nginx.PROGRAM is None:
        pytest.skip("nginx is not installed")
    main = nginx.written(tmp_path / "nginx", [8765, 8766], 8443, tls=True, logged=False)
    said(nginx.PROGRAM, "-t", "-p", main.parent, "-e", main.parent / "error.log", "-c", main)


def test_units_start_what_there_is() -> None:
    """Each names the sections that it needs, and commands of this tree."""
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        unit = configparser.RawConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(path)
        found = re.search(r"manage\.py (\w+)", unit["Service"]["ExecStart"])
        assert found, path
        commands = (ROOT / "platform/ahnb_platform").rglob(f"management/commands/{found[1]}.py")
        assert any(commands), found[1]
        assert unit["Service"]["NoNewPrivileges"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Each line; the program alone is another, as there is no /opt/ahnb here."""
    names = []
    for path in (DEPLOY / "systemd").glob("*.[st]*[er]"):
        names.append(path.name.replace("@", "@8765"))
        text = path.read_text().replace("/opt/ahnb/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text)
    assert len(names) == 4
    verified = [str(tmp_path / name) for name in sorted(names)]
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *verified], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_variable_that_is_set_is_read() -> None:
    """A setting that nobody reads would be believed to do something."""
    sources = "\n".join(path.read_text() for path in (ROOT / "platform").rglob("*.py"))
    known = set(VARIABLE.findall(sources))
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    for path in files:
        for name in VARIABLE.findall(path.read_text()):
            assert name in known or name.removesuffix("_FILE") in known, (path, name)
