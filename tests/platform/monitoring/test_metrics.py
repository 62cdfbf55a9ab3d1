"""Prometheus reads numbers of the server, whichever of its processes answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from django.core.exceptions import ImproperlyConfigured

from ahnb_platform.strictness import refuse_weak_token
from ahnb_platform.work.worker import Worker

from ... import cast
from ...live import LiveServer, running_server
from ..database.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-of-the-metrics-alone"
SAMPLE = re.compile(r"^(\w+)(\{[^}]*\})? (\S+)$")
# In expressions: the words that are metrics of ours.
NAMED = re.compile(r"\bahnb_\w+")


@pytest.fixture
def metered(django_db_setup: None, tmp_path: Path) -> Iterator[LiveServer]:
    """A server of two processes with metrics."""
    with running_server(tmp_path, workers=2, AHNB_METRICS_TOKEN=TOKEN) as server:
        yield server


def scraped(server: LiveServer) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = requests.get(
        f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    )
    assert answer.status_code == 200
    found = [SAMPLE.match(line) for line in answer.text.splitlines() if not line.startswith("#")]
    return {f"{one[1]}{one[2] or ''}": float(one[3]) for one in found if one}


def names(samples: dict[str, float]) -> set[str]:
    return {sample.partition("{")[0] for sample in samples}


def expressions() -> dict[str, str]:
    """Those of the dashboard's panels and of the alerts, by their titles."""
    board = json.loads((ROOT / "deploy/grafana/ahnb.json").read_text())
    found = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in board["panels"]
        for target in panel["targets"]
    }
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    for group in rules["groups"]:
        found |= {rule["alert"]: rule["expr"] for rule in group["rules"]}
    return found


def test_numbers_of_all_processes_are_added_up(metered: LiveServer) -> None:
    alice = cast.make_person("alice@example.org")
    project = cast.make_project(cast.make_team("vision", alice), "digits", alice)
    run, token = cast.make_run(project, alice), cast.token_of(alice)
    Worker().prepare()
    batch = {"writer": str(cast.uuid7()), "axes": [{"start": 0, "count": 4}]}
    batch["metrics"] = {"batch/loss": {"axis": 0, "v": [1.0, 2.0, 3.0, 4.0]}}
    url = f"{metered.url}/api/v1/runs/{run.id}/batches/"
    headers = {"Authorization": f"Bearer {token}"}
    for seq in [*range(1, 21), 20]:
        # A connection each, so that either process gets some.
        sent = requests.post(url, json=batch | {"seq": seq}, headers=headers, timeout=30)
        assert sent.status_code == 200
    assert requests.get(f"{metered.url}/api/v1/nothing/", timeout=30).status_code in (401, 404)

    route = "/api/v1/runs/<run_id>/batches/"
    stored = f'ahnb_requests_total{{method="POST",route="{route}",status="200"}}'
    samples: dict[str, float] = {}

    def are_counted() -> bool:
        # Each process writes its counts within a second.
        samples.update(scraped(metered))
        return (samples.get("ahnb_points_total"), samples.get(stored)) == (80, 21)

    wait_until(are_counted, "all points are counted")
    assert samples['ahnb_batches_total{result="stored"}'] == 20
    assert samples['ahnb_batches_total{result="duplicate"}'] == 1
    assert samples["ahnb_batch_bytes_total"] > 20 * 100
    assert samples[f'ahnb_request_seconds_count{{route="{route}"}}'] == 21
    assert samples['ahnb_runs{state="running"}'] == 1
    assert samples["ahnb_runs_made_total"] == 1
    assert (samples["ahnb_projects"], samples["ahnb_database_up"]) == (1, 1)
    assert 'ahnb_task_lag_seconds{task="clear-sessions"}' in samples
    assert not any(str(run.id) in sample or "digits" in sample for sample in samples)

    known = names(samples) | {"ahnb_embedded_postgresql_up"}  # only where it is embedded
    found = expressions()
    assert len(found) > 20
    unknown = {title: set(NAMED.findall(text)) - known for title, text in found.items()}
    assert {title: words for title, words in unknown.items() if words} == {}
    assert {name for text in found.values() for name in NAMED.findall(text)} >= {
        "ahnb_points_total"
    }

    for header in ({}, {"Authorization": "Bearer nothing"}, headers):
        refused = requests.get(f"{metered.url}/metrics", headers=header, timeout=30)
        assert refused.status_code == 401
        assert "ahnb_" not in refused.text.replace("ahnb_…", "")


@pytest.mark.parametrize("token", ["", "short", "x" * 23, "ü" * 30])
def test_weak_token_is_refused(token: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^AHNB_METRICS_TOKEN: "):
        refuse_weak_token(token)
