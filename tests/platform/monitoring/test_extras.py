"""Traces and faults go where the operator says, without secrets; without a word nothing does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ...live import running_server
from .sink import sink

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("faulty.py")
LOADED = (
    "import sys, ahnb_platform.wsgi;"
    "print([name for name in ('opentelemetry', 'sentry_sdk', 'prometheus_client')"
    " if name in sys.modules])"
)


def run(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            **os.environ,
            "AHNB_DATA_DIR": str(data),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
            **environment,
        },
    )


@pytest.mark.django_db(transaction=True)
def test_spans_are_sent_without_secrets(django_db_setup: None, tmp_path: Path) -> None:
    with sink() as collector:
        environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "AHNB_DEBUG": "1",
        }
        with running_server(tmp_path, **environment) as server:
            path = "/account/link/secret-of-the-link/?token=secret-of-the-query"
            header = {"Authorization": "Bearer secret-of-the-header"}
            answer = requests.get(f"{server.url}{path}", headers=header, timeout=30)
            assert answer.status_code == 404
            assert collector.came.wait(30)
    path, body = collector.got[0]
    assert path == "/v1/traces"
    sent = ExportTraceServiceRequest.FromString(body)
    [resource] = sent.resource_spans
    told = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert told["service.name"] == "ahnb"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    assert [span.name for span in spans] == ["GET account/link/<slug:secret>/"]
    assert b"secret-of" not in body


def test_fault_is_reported_without_secrets(tmp_path: Path) -> None:
    with sink() as collector:
        dsn = f"http://public@127.0.0.1:{collector.server_port}/1"
        done = run(tmp_path, str(PROGRAM), AHNB_SENTRY_DSN=dsn)
        assert done.returncode == 0, done.stderr
    [event] = [
        json.loads(line)
        for _path, body in collector.got
        for line in body.splitlines()
        if b'"exception"' in line
    ]
    [fault] = event["exception"]["values"]
    assert fault["type"] == "ValueError"
    assert "canary of the fault" in fault["value"]
    assert event["tags"]["request_id"] == "my-request-id"
    text = json.dumps(event)
    for word in ("secret-of", "abab", "a variable", "Authorization"):
        assert word not in text


def test_nothing_is_loaded_that_nobody_asked_for(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", LOADED)
    assert done.stdout.strip() == "[]", done.stderr


def test_dsn_that_is_none_stops_the_start(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "import ahnb_platform.wsgi", AHNB_SENTRY_DSN="nonsense")
    assert done.returncode == 1
    assert "AHNB_SENTRY_DSN: that is no DSN" in done.stderr
