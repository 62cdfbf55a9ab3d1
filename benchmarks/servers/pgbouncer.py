"""pgbouncer before a PostgreSQL on loopback, with what `deploy/pgbouncer` says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ahnb_platform.database.cluster import ROLE
from ahnb_platform.database.identity import current_identity

from .process import ROOT, await_port, free_port

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@dataclass
class Pooler:
    """A running pgbouncer."""

    port: int
    database: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """What AHNB_POOL_URL is to say."""
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{self.database}"


@contextmanager
def pooling(sockets: Path, scratch: Path, name: str = "ahnb", **changes: str) -> Iterator[Pooler]:
    """pgbouncer in transaction mode; `changes` are lines of its configuration."""
    assert PROGRAM is not None
    port = free_port()
    # In a temporary folder of its own, which its account can read.
    settings = {"listen_port": str(port), "auth_type": "trust", **changes}
    (scratch / "userlist.txt").write_text(f'"{ROLE}" ""\n')
    settings["auth_file"] = str(scratch / "userlist.txt")
    (scratch / "pgbouncer.ini").write_text(configured(settings, sockets, name))
    log = scratch / "pgbouncer.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [PROGRAM, str(scratch / "pgbouncer.ini")],
            stdout=output,
            stderr=output,
            start_new_session=True,
            # It refuses to run as root.
            preexec_fn=current_identity().enter if os.geteuid() == 0 else None,
        )
    try:
        await_port(process, port, log)
        yield Pooler(port, name, process, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def configured(settings: dict[str, str], sockets: Path, name: str) -> str:
    """The configuration of `deploy/` with other values in some of its lines."""
    text = (ROOT / "deploy/pgbouncer/pgbouncer.ini").read_text()
    where = f"{name} = host={sockets} port=5432 dbname={name} user={ROLE} connect_query="
    text = re.sub(r"^ahnb = .*connect_query=", where, text, flags=re.MULTILINE)
    for key, value in settings.items():
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    return text
