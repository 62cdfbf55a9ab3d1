"""The bare loop: granian, parse the JSON, one durable insert. What any server here could reach.

Run by granian as `benchmarks.servers.bare:application`; `BARE_DSN` names the database.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TABLE = "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, data bytea)"
_local = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    import numpy
    import orjson
    import psycopg2

    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["BARE_DSN"])
        _local.connection.autocommit = True
    body = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    columns = [numpy.array(metric["v"], dtype="<f8") for metric in body["metrics"].values()]
    data = b"".join(column.tobytes() for column in columns)
    with _local.connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare (data) VALUES (%s)", (psycopg2.Binary(data),))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


@contextmanager
def serving(sockets: Path, scratch: Path) -> Iterator[int]:
    """The port of the bare loop, with as many workers as the product has."""
    import sys

    from ahnb_platform.database.cluster import ROLE

    from .database import execute
    from .process import free_port, running

    execute(sockets, TABLE)
    port = free_port()
    granian = Path(sys.executable).parent / "granian"
    command = [
        str(granian),
        "benchmarks.servers.bare:application",
        "--interface=wsgi",
        "--workers=2",
        "--blocking-threads=8",
        f"--port={port}",
    ]
    environment = {"BARE_DSN": f"host={sockets} user={ROLE} dbname=ahnb"}
    with running(command, port, scratch / "bare.log", environment):
        yield port
