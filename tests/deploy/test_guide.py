"""docs/deploy.md, followed word by word in an empty Debian with systemd.

Runs where `AHNB_TEST_MACHINE` names a folder for that Debian, as root (`tests.deploy.empty_machine`
says what else it takes): some three minutes, two more to make the Debian.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import uuid7
from tests.deploy.empty_machine import HOST, Machine, empty_machine
from tests.deploy.test_containers import ROOT

FOLDER = os.environ.get("AHNB_TEST_MACHINE", "")
SERVICES = ("ahnb@8765", "ahnb@8766", "ahnb-worker", "nginx", "postgresql")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="AHNB_TEST_MACHINE names no folder"),
]


def lines_of(first: str, last: str) -> str:
    """All that is to be typed between two headings of the guide."""
    guide = (ROOT / "docs/deploy.md").read_text()
    part = guide[guide.index(f"\n{first}\n") : guide.index(f"\n{last}\n")]
    typed = "\n".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL))
    # The two words that the guide itself says to put there.
    typed = typed.replace("ADDRESS-OF-THIS-REPOSITORY", "/srv/ahnb.git")
    return typed.replace("curl --fail", "curl --insecure --fail")


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One to which this checkout's last commit has been copied."""
    with empty_machine(Path(FOLDER)) as started:
        copy = started.root / "srv/ahnb.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, copy], check=True)
        yield started


def store_points(machine: Machine, key: str) -> list[float]:
    """Send three points over TLS, and read them again."""
    run = f"https://{HOST}/api/v1/runs/{uuid7()}/"
    points = {"axis": 0, "v": [0.5, 0.25, 0.125]}
    axis = {"unit": "epoch", "steps": [0, 1, 2]}
    batch = {"writer": str(uuid7()), "seq": 1, "axes": [axis], "metrics": {"loss": points}}
    call = f"curl --insecure --silent --fail -H 'Authorization: Bearer {key}'"
    send = f"{call} -H 'Content-Type: application/json' -o /dev/null"
    machine.type(f"{send} -X PUT {run} -d '{json.dumps({'project': 'vision/digits'})}'")
    machine.type(f"{send} {run}batches/ -d '{json.dumps(batch)}'")
    found = json.loads(machine.type(f"{call} '{run}series/?metric=loss'"))
    values: list[float] = found["metrics"]["loss"]["min"]
    return values


def test_an_empty_machine_becomes_two_processes_behind_tls(machine: Machine) -> None:
    printed = machine.type(
        lines_of(
            "## For a team: TLS, two processes, a PostgreSQL of its own",
            "## Containers and Kubernetes",
        )
    )
    assert f"https://{HOST}/account/link/" in printed
    assert "System check identified no issues" in printed
    machine.type(f"systemctl is-active {' '.join(SERVICES)}")
    machine.type("ahnb-manage addproject vision/digits")
    key = machine.type("ahnb-manage addtoken ada@example.org --name laptop").split()[-1]
    assert store_points(machine, key) == [0.5, 0.25, 0.125]

    machine.type(lines_of("## Upgrades", "## Growth"))
    machine.type(lines_of("## Growth", "### Sizing"))
    machine.type(f"curl --insecure --fail --retry 30 --retry-all-errors https://{HOST}/readyz")
    machine.type(f"systemctl is-active pgbouncer {' '.join(SERVICES)}")
    assert store_points(machine, key) == [0.5, 0.25, 0.125]

    machine.type("systemctl start ahnb-backup")
    assert len(machine.type("ls /var/backups/ahnb").split()) == 2  # and the one of the upgrade
    assert "rows hold" in machine.type("ahnb-manage verify_audit")
