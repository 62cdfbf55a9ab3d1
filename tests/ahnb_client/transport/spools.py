"""Spools without a run around them, and their delivery step by step."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ahnb_client import record
from ahnb_client.clock import now
from ahnb_client.identifiers import uuid7
from ahnb_client.plain import dumps
from ahnb_client.series import Series
from ahnb_client.transport.http import Server
from ahnb_client.transport.journal import Journal
from ahnb_client.transport.shipment import Shipment
from ahnb_client.transport.spool import Header, LeftSegments, Spool


def make_header(**changes: Any) -> Header:
    create = {"project": "team/project", "resume": "allow"}
    return Header(
        **{"run_id": uuid7(), "writer": uuid7(), "server": None, "own_id": True, "create": create}
        | changes
    )


def fail(reason: str, error: BaseException | None) -> None:
    raise AssertionError(f"{reason}: {error}")


def add_points(journal: Journal, count: int, names: Sequence[str] = ("loss",)) -> None:
    series = Series(journal, names, "step", fail)
    for step in range(count):
        series.append(step, [step / 3] * len(names))


def add_event(journal: Journal, kind: str, data: Any) -> None:
    text = dumps({"kind": kind, "at": now(), "data": data})
    journal.append_event(record.frame(record.pack_event(journal.attempt, text)))


class Recorded:
    """A spool on disk, its journal, and the shipment that delivers it."""

    def __init__(self, root: Path, **header: Any) -> None:
        self.root = root
        self.spool = Spool.create(root, make_header(**header))
        self.journal = Journal(self.spool.folder)
        self.shipment = Shipment(self.spool.header, self.journal, self.spool)

    @property
    def run_id(self) -> str:
        return self.spool.header.run_id

    def end(self) -> "Recorded":
        add_event(self.journal, "status", {"status": "finished"})
        self.journal.close()
        return self

    def after_crash(self) -> Shipment:
        """What a later process finds: the files alone."""
        self.journal.close()
        self.spool.release()
        spool = Spool.adopt(self.spool.folder)
        assert spool is not None
        return Shipment(spool.header, LeftSegments(spool.folder), spool, is_left=True)


def deliver(shipment: Shipment, server: Server, seconds: float = 20.0) -> int:
    """Step until it is done, or will not move by itself; how many steps it took."""
    deadline = time.monotonic() + seconds
    steps = 0
    while shipment.can_move and not shipment.is_held:
        assert time.monotonic() < deadline, shipment.trouble
        time.sleep(max(0.0, shipment.due - time.monotonic()))
        shipment.step(server)
        steps += 1
    return steps
