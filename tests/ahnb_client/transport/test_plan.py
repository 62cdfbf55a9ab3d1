"""The plan: what a seq holds is on disk before it is sent, and is found again."""

from pathlib import Path

import pytest

from ahnb_client.transport.journal import Position
from ahnb_client.transport.plan import Pending, Plan

PENDING = Pending(
    seq=4,
    body=b"gzip\n bytes",
    start=Position(1, 8),
    end=Position(2, 16),
    records=7,
    status="finished",
    last_at=1.5,
    extras=('{"kind":"lost"}',),
)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    plan = Plan("w", acked=3, position=Position(1, 8), created=True, folder=tmp_path)
    plan.send_next(PENDING)
    return plan


def test_a_new_spool_has_a_new_plan(tmp_path: Path) -> None:
    assert Plan.load(tmp_path, "w", "other") == Plan("w")
    assert Plan.load(None, "w", "other") == Plan("w")


def test_what_is_about_to_be_sent_is_found_again(plan: Plan, tmp_path: Path) -> None:
    assert Plan.load(tmp_path, "w", "other") == plan


def test_confirming_moves_on_behind_the_batch(plan: Plan, tmp_path: Path) -> None:
    plan.confirm()
    plan.settle()
    found = Plan.load(tmp_path, "w", "other")
    assert (found.acked, found.position, found.pending) == (4, Position(2, 16), None)
    assert (found.status, found.last_at, found.created) == ("finished", 1.5, True)


def test_a_damaged_plan_sends_what_is_left_under_a_new_writer(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan"
    data = path.read_bytes()
    for place in range(0, len(data), 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert Plan.load(tmp_path, "w", "other") == Plan("other")
    for cut in range(0, len(data), 7):
        path.write_bytes(data[:cut])
        assert Plan.load(tmp_path, "w", "other") == Plan("other")
