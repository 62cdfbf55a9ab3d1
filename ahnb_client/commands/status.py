"""Show where runs go, whether the server takes the key, and what still waits on this machine.

The exit code is 1 if nothing could be sent now.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import ConfigurationError, TransportError
from ..transport.files import Files
from ..transport.http import Server
from ..transport.refused import reason_in
from ..transport.spool import Spool, refused_files, spool_folders, trouble_of
from .person import email_of, may_record
from .printing import counted

NAME = "status"
HELP = "show settings, connection and what waits to be sent"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Print the state; contacts the server once."""
    config = Config.load()
    connection, can_send = _connection(config)
    root = config.directory
    report = {
        "server": config.server,
        "project": config.project,
        "mode": config.mode,
        "connection": connection,
        "directory": str(root) if root else None,
        "waiting": [_waiting(folder) for folder in spool_folders(root)] if root else [],
        "refused": [str(path) for path in refused_files(root)] if root else [],
        "reasons": {str(path): reason_in(path) for path in refused_files(root)} if root else {},
    }
    print(json.dumps(report, indent=2) if options.json else _in_words(report))
    return 0 if can_send else 1


def _connection(config: Config) -> tuple[str, bool]:
    if config.mode != "online":
        return config.mode, False
    if config.server is None:
        return "no server: `ahnb login --server URL`, or set AHNB_SERVER", False
    if config.key is None:
        return "no API key: `ahnb login`, or set AHNB_API_KEY", False
    try:
        me = Server(config.server, config.key).me()
    except TransportError as error:
        return str(error), False
    if not may_record(me):
        return f"{email_of(me)}'s key may only read, not write runs", False
    return f"ready, as {email_of(me)}", True


def _waiting(folder: Path) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    waiting = {"folder": str(folder), "bytes": size, "files": len(Files(folder).numbers())}
    try:
        spool = Spool.adopt(folder)
    except (ConfigurationError, OSError) as error:
        return {**waiting, "state": str(error)}
    if spool is not None:
        spool.release()
    state = "recording now" if spool is None else "waits for `ahnb sync`"
    trouble = trouble_of(folder)
    return {**waiting, "state": f"{state}; {trouble}" if trouble else state}


def _in_words(report: dict[str, Any]) -> str:
    lines = [
        f"server      {report['server'] or '-'}",
        f"connection  {report['connection']}",
        f"project     {report['project'] or '-'}",
        f"records in  {report['directory'] or '-'}",
    ]
    lines += [f"  {_left(one)}" for one in report["waiting"]]
    for path, reason in report["reasons"].items():
        lines.append(f"refused by the server: {path}{f' ({reason})' if reason else ''}")
    return "\n".join(lines)


def _left(one: dict[str, Any]) -> str:
    files = "  " + counted(one["files"], "file") if one["files"] else ""
    return f"{Path(one['folder']).name}  {one['bytes'] / 1e6:.1f} MB{files}  {one['state']}"
