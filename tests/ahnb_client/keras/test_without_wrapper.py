"""AHNB_NO_PATCH=1: what a callback alone learns about its fit."""

import json
import signal
from pathlib import Path

import pytest

from tests.ahnb_client.keras.programs import results_of
from tests.ahnb_client.keras.records import Records

pytestmark = pytest.mark.keras


@pytest.fixture
def results(spool, nursery):
    return results_of(
        "trainings_without_wrapper",
        code=-signal.SIGINT,
        nursery=nursery,
        AHNB_NO_PATCH="1",
        KERAS_BACKEND="tensorflow",
    )


def run_of(project: str, spool: Path) -> Records:
    headers = [json.loads(path.read_text()) for path in spool.glob("*/header.json")]
    (run_id,) = [h["run_id"] for h in headers if h["create"]["project"] == project]
    return Records(spool, run_id)


def test_keras_is_left_alone_and_runs_end_all_the_same(results, spool):
    assert results["patched"] is False
    assert results["returned"]["statuses"] == ["finished"]
    assert results["caught"]["statuses"] == ["failed"]
    assert results["caught"]["reason"] == "ValueError: no more"
    assert results["interrupted"]["statuses"] == ["interrupted"]
    assert results["returned"]["fit"]["batch_size"] == 4
    assert results["returned"]["samples"] == 8
    assert run_of("team/uncaught", spool).statuses == ["interrupted"]
