"""Send what runs left on this machine: after a crash, without a network, or recorded offline.

Runs whose process still lives are left to it. A run whose process was killed ends as failed,
"process ended without a word".
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..config import Config, server_address
from ..errors import ConfigurationError
from ..identifiers import is_project
from ..transport.http import Server
from ..transport.shipment import Shipment
from ..transport.spool import Header, LeftSegments, Spool, spool_folders, this_host
from ..words import numbered
from .printing import counted

NAME = "sync"
HELP = "send what runs left on this machine"
_MAX_FAILURES = 5


@dataclass
class Result:
    """What became of a spool, or of all that are alike of a run."""

    run: str
    state: str  # delivered, kept, recording, elsewhere, unasked
    records: int = 0
    files: int = 0
    trouble: str = ""
    left_out: str = ""  # what the server refused of the run itself, and why

    def add(self, other: "Result") -> None:
        """Take into account what another process had recorded of the same run."""
        self.records += other.records
        self.files += other.files
        self.trouble = self.trouble or other.trouble
        self.left_out = self.left_out or other.left_out


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's id, or how it begins")
    parser.add_argument(
        "--all", action="store_true", help="also what other machines left in a shared folder"
    )
    parser.add_argument("--server", metavar="URL", help="send to this server instead")
    parser.add_argument(
        "--project",
        metavar="TEAM/PROJECT",
        help="only its runs, and those that name no project; each RUN, whatever it names",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Deliver each spool; 1 if one of them could not be, or a RUN is not here."""
    config = Config.load(server=options.server)
    if config.directory is None:
        raise ConfigurationError("there is no folder of records: set AHNB_DIR")
    folders = list(chosen(spool_folders(config.directory), options.runs))
    delivery = _Delivery(config, options, len(folders))
    results = by_run(delivery.deliver(folder) for folder in folders)
    if options.json:
        print(json.dumps({"runs": [asdict(result) for result in results]}, indent=2))
    else:
        _print_summary(results)
    return 1 if any(result.state == "kept" for result in results) else 0


def chosen(folders: Iterable[Path], wanted: list[str]) -> Iterable[Path]:
    """All folders, or those of the runs that are wanted.

    Raises:
        ConfigurationError: one of them is not here, or several begin so.
    """
    folders = list(folders)
    if not wanted:
        return folders
    found: list[Path] = []
    for prefix in wanted:
        ours = [folder for folder in folders if folder.name.startswith(prefix)]
        runs = {folder.name.partition(".")[0] for folder in ours}
        if len(runs) != 1:
            what = "several runs begin" if runs else "nothing is left of a run that begins"
            raise ConfigurationError(f"{what} with {prefix!r}")
        found += [folder for folder in ours if folder not in found]
    return found


def by_run(results: Iterable[Result]) -> list[Result]:
    """One of each run and state: several processes may have recorded one run."""
    found: dict[tuple[str, str], Result] = {}
    for result in results:
        key = result.run, result.state
        if key in found:
            found[key].add(result)
        else:
            found[key] = result
    return list(found.values())


class _Delivery:
    """Delivers one spool after another, and says how far it is."""

    def __init__(self, config: Config, options: argparse.Namespace, total: int) -> None:
        self._config, self._options, self._total = config, options, total
        self._number = 0
        self._unreachable: dict[str, str] = {}
        self._shows = sys.stderr.isatty() and not options.json

    def deliver(self, folder: Path) -> Result:
        """Send what a folder holds, if its process is gone."""
        self._number += 1
        name = folder.name.partition(".")[0]
        try:
            spool = Spool.adopt(folder)
        except (ConfigurationError, OSError) as error:
            return Result(name, "kept", trouble=str(error))
        if spool is None:
            return Result(name, "recording")
        try:
            return self._deliver(spool)
        finally:
            spool.release()

    def _deliver(self, spool: Spool) -> Result:
        header = spool.header
        if header.host != this_host() and not (self._options.all or self._options.runs):
            return Result(header.run_id, "elsewhere")
        if other := self._other_project(header):
            return Result(header.run_id, "unasked", trouble=f"is of {other}")
        config = self._config_for(header.server)
        if config.server is None or config.key is None:
            trouble = f"no API key for {config.server}" if config.server else "no server"
            return Result(header.run_id, "kept", trouble=f"{trouble}: `ahnb login`")
        if config.server in self._unreachable:
            return Result(header.run_id, "kept", trouble=self._unreachable[config.server])
        project = self._options.project or header.create.get("project") or config.project
        header = replace(header, create={**header.create, "project": project})
        shipment = Shipment(header, LeftSegments(spool.folder), spool, is_left=True)
        self._send(shipment, Server(config.server, config.key))
        sent = shipment.records, shipment.sent_files
        if shipment.is_done:
            return Result(header.run_id, "delivered", *sent, left_out=shipment.left_out)
        if not shipment.stopped_by:
            self._unreachable[config.server] = shipment.trouble
        trouble = shipment.stopped_by or shipment.trouble
        return Result(header.run_id, "kept", *sent, trouble)

    def _other_project(self, header: Header) -> str | None:
        """The project that a run names, if another one was asked for and not this run."""
        asked, named = self._options.project, header.create.get("project")
        if not asked or self._options.runs or named == asked:
            return None
        return named if is_project(named) else None

    def _config_for(self, server: str | None) -> Config:
        """The settings for the server that a run was meant for; a key goes only to its own."""
        if server is None or server_address(self._options.server) or server == self._config.server:
            return self._config
        return Config.load({**_no_key(), "AHNB_SERVER": server})

    def _send(self, shipment: Shipment, server: Server) -> None:
        segments = max(len(shipment.source.numbers()), 1)
        while shipment.can_move and not shipment.is_held and shipment.failures < _MAX_FAILURES:
            time.sleep(max(0.0, shipment.due - time.monotonic()))
            shipment.step(server)
            self._show(shipment, 1 - len(shipment.source.numbers()) / segments)
        if self._shows:
            self._show(shipment, 1.0)
            print(file=sys.stderr)

    def _show(self, shipment: Shipment, part: float) -> None:
        """Draw how far all spools are, counting `part` of this one."""
        if self._shows:
            line = f"{bar((self._number - 1 + part) / self._total)} {self._number}/{self._total}"
            records = numbered(shipment.records, "record")
            line += f"  {shipment.run_id}  {records}  {shipment.trouble:.40}"
            print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)


def bar(part: float, width: int = 20) -> str:
    """A bar that is full at 1."""
    full = round(min(max(part, 0.0), 1.0) * width)
    return f"[{'#' * full}{'.' * (width - full)}]"


def _no_key() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "AHNB_API_KEY"}


def _print_summary(results: list[Result]) -> None:
    if not results:
        print("Nothing waits to be sent.")
    for result in results:
        counts = counted(result.records, "record"), counted(result.files, "file")
        told = (result.run, result.state, *counts, result.trouble, result.left_out)
        print("  ".join(filter(None, told)))
