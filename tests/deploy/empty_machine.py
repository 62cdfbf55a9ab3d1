"""An empty Debian that boots with systemd: what an administrator has before the first line.

Made by debootstrap and booted by systemd-nspawn (Debian: debootstrap, systemd-container), as root.
It shares this machine's network, so that nothing else may listen on the ports that it is to have,
and it reaches the same package registries.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.platform.database.processes import wait_until

RELEASE = "bookworm"
HOST = "ahnb.example.org"
START_SECONDS = 60.0
# How this machine reaches package registries, where it is told.
TOLD = re.compile(r"(PIP|UV|NPM|NODE|SSL|REQUESTS)_\w+|(https?|no)_proxy", re.IGNORECASE)
COPIED = (
    "etc/ssl/certs/ca-certificates.crt",
    "usr/local/share/ca-certificates",
    "etc/pip.conf",
    "root/.npmrc",
)


class Machine:
    """A machine that runs; its root folder is `root`."""

    def __init__(self, root: Path, nspawn: subprocess.Popen[bytes]) -> None:
        self.root, self._nspawn = root, nspawn

    def type(self, lines: str) -> str:
        """What lines of a shell print, typed by root one after another until one fails.

        Raises:
            AssertionError: one did; with what was printed last.
        """
        (self.root / "root/typed.sh").write_text(f"set -e\n{lines}\n")
        done = self.run("bash", "/root/typed.sh")
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run one command as root, without a terminal."""
        namespaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
        told = [f"{name}={value}" for name, value in os.environ.items() if TOLD.fullmatch(name)]
        usual = ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root")
        entered = ("nsenter", "--target", str(self._first()), *namespaces, "env", "-i")
        return subprocess.run(
            [*entered, *usual, "LANG=C.UTF-8", *told, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running").stdout.strip()
        return state in ("running", "degraded")

    def _first(self) -> int:
        """The number by which this machine knows that one's first process."""
        pid = self._nspawn.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else 0


@contextmanager
def empty_machine(root: Path) -> Iterator[Machine]:
    """Make it in an empty folder, or begin with the Debian that was made there; then boot it."""
    if not (root / "etc/debian_version").exists():
        packages = "systemd,systemd-sysv,dbus,ca-certificates,curl"
        subprocess.run(["debootstrap", f"--include={packages}", RELEASE, root], check=True)
        let_reach_registries(root)
    command = ["systemd-nspawn", "--directory", root, "--register=no", "--keep-unit", "--boot"]
    with subprocess.Popen(
        [*map(str, command), "--machine=ahnb", "--resolv-conf=copy-host"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as nspawn:
        machine = Machine(root, nspawn)
        try:
            wait_until(machine.is_up, "it has booted", seconds=START_SECONDS)
            machine.run("hostname", "ahnb")
            yield machine
        finally:
            machine.run("systemctl", "poweroff")
            nspawn.wait(timeout=START_SECONDS)


def let_reach_registries(root: Path) -> None:
    """Give it what only this machine's surroundings want, and a name."""
    for place in COPIED:
        here, there = Path("/") / place, root / place
        if here.is_dir():
            shutil.copytree(here, there, symlinks=True, dirs_exist_ok=True)
        elif here.exists():
            shutil.copy(here, there)
    with (root / "etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 localhost\n127.0.1.1 {HOST} ahnb\n")
