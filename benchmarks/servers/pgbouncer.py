"""pgbouncer before a PostgreSQL, by sockets of files, with what `deploy/pgbouncer` says."""

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
from urllib.parse import quote

from ahnb_platform.database.cluster import ROLE
from ahnb_platform.database.identity import current_identity

from .process import ROOT, await_socket, free_port

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@dataclass
class Pooler:
    """A running pgbouncer."""

    folder: Path
    port: int
    database: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """What AHNB_POOL_URL is to say."""
        where = quote(str(self.folder), safe="")
        return f"postgresql://{ROLE}@{where}:{self.port}/{self.database}"


@contextmanager
def pooling(sockets: Path, scratch: Path, name: str = "ahnb", **changes: str) -> Iterator[Pooler]:
    """pgbouncer in transaction mode; `changes` are lines of its configuration."""
    assert PROGRAM is not None
    port = free_port()
    settings = {"listen_port": str(port), "auth_type": "trust", **changes}
    settings["unix_socket_dir"] = str(scratch)
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
        await_socket(process, scratch / f".s.PGSQL.{port}", log)
        yield Pooler(scratch, port, name, process, log)
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
