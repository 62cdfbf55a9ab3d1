"""The ingest call: times, and what events do."""

import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import metrics
from runs.models import Run, RunDocument, RunEvent, RunParam

from .batches import batch, document, event, points, send

pytestmark = pytest.mark.django_db


def test_times_that_cannot_be_true_become_the_time_of_receipt(api, run):
    before = time.time()
    ahead = before + 1_000_000
    send(api, run, batch(**points("loss", 1.0, 2.0, 3.0, times=[1.0, before - 60, ahead])))
    send(api, run, batch(**points("other", 1.0, times=[2.0])))
    path = f"/api/v1/runs/{run.id}/series/?metric=loss&time=1"
    first, second, third = api.get(path).json()["metrics"]["loss"]["t"]
    assert second == pytest.approx(before - 60, abs=0.001)
    assert before <= first == third <= time.time()
    assert RunEvent.objects.filter(kind="clock-skew").count() == 2


def test_one_writer_is_flagged_once_for_its_clock(api, run):
    writer = uuid.uuid4()
    for seq in (1, 2, 3):
        send(api, run, batch(seq, writer, **points("loss", 1.0, times=[1.0])))
    assert RunEvent.objects.filter(kind="clock-skew").count() == 1


def test_params_merge_and_what_was_given_first_stays(api, run):
    own = event("params", {"width": 128, "optimizer": "mine"}, at=1_763_870_000.0)
    captured = event("params", {"fit": {"epochs": 3}, "optimizer": {"name": "adam"}, "width": 1})
    send(api, run, batch(events=[own, captured]))
    assert document(api, run)["params"] == {
        "width": 128,
        "optimizer": "mine",
        "fit": {"epochs": 3},
    }
    rows = RunParam.objects.filter(run_id=run.id).order_by("key")
    assert list(rows.values_list("key", "number", "text")) == [
        ("fit.epochs", 3.0, "3"),
        ("optimizer", None, "mine"),
        ("width", 128.0, "128"),
    ]


def test_params_do_not_depend_on_the_order_of_arrival(api, run):
    early = event("params", {"a": 1}, at=1_763_870_000.0)
    late = event("params", {"a": {"b": 2}}, at=1_763_870_001.0)
    send(api, run, batch(events=[late]))
    send(api, run, batch(events=[early]))
    assert document(api, run)["params"] == {"a": 1}
    assert list(RunParam.objects.values_list("key", flat=True)) == ["a"]


def test_large_and_odd_params_are_given_back(api, run):
    params = {"big": 1e40, "huge": 2**64 - 1, "none": None, "on": True, "list": [1, "a"], "e": {}}
    send(api, run, batch(events=[event("params", params)]))
    found = document(api, run)["params"]
    assert found == {**params, "big": 10**40}


def test_the_last_status_by_its_own_time_decides(api, run):
    finished = event("status", {"status": "finished"}, at=1_763_870_100.0)
    running = event("status", {"status": "running"}, at=1_763_870_000.0)
    send(api, run, batch(events=[finished]))
    send(api, run, batch(events=[running]))
    found = document(api, run)
    assert (found["status"], found["finished_at"]) == ("finished", "2025-11-23T03:55:00Z")
    again = event("status", {"status": "running"}, at=1_763_870_200.0)
    send(api, run, batch(events=[again]))
    found = document(api, run)
    assert (found["status"], found["finished_at"]) == ("running", None)


def test_points_do_not_change_an_ended_run(api, run):
    send(api, run, batch(events=[event("status", {"status": "failed", "reason": "boom"})]))
    send(api, run, batch(**points("loss", 1.0)))
    found = document(api, run)
    assert (found["status"], found["status_reason"]) == ("failed", "boom")


def test_documents_keep_the_latest(api, run):
    late = event("model", {"name": "late", "parameters": 7}, at=1_763_870_001.0)
    early = event("model", {"name": "early", "parameters": 5}, at=1_763_870_000.0)
    send(api, run, batch(events=[late]))
    send(api, run, batch(events=[early, event("environment", {"python": "3.11"})]))
    found = document(api, run)
    assert found["model"]["name"] == "late"
    assert found["environment"] == {"python": "3.11"}
    stored_run = Run.objects.get(id=run.id, project_id=run.project_id)
    assert (stored_run.model_name, stored_run.model_parameters) == ("late", 7)
    assert RunDocument.objects.count() == 2


def test_a_note_of_a_training_is_a_note_of_the_person(api, run):
    send(api, run, batch(events=[event("note", {"text": "look here", "step": 7})]))
    notes = api.get(f"/api/v1/runs/{run.id}/notes/").json()["results"]
    assert [(note["text"], note["step"], note["user"]["name"]) for note in notes] == [
        ("look here", 7, "Bob")
    ]


def test_an_attempt_goes_back(api, run):
    writer = uuid.uuid4()
    send(api, run, batch(1, writer, **points("loss", 4.0, 3.0, 2.0)))
    begin = event("attempt", {"attempt": 1, "from_step": 1})
    send(api, run, batch(2, writer, events=[begin]))
    axis = {"unit": "epoch", "steps": [1]}
    send(
        api,
        run,
        batch(3, writer, attempt=1, axes=[axis], metrics={"loss": {"axis": 0, "v": [2.9]}}),
    )
    path = f"/api/v1/runs/{run.id}/series/?metric=loss"
    assert api.get(path).json()["metrics"]["loss"]["max"] == [4.0, 2.9]
    assert api.get(path + "&attempt=0").json()["metrics"]["loss"]["max"] == [4.0, 3.0, 2.0]


def test_many_attempts_in_one_batch_cost_as_much_as_one(api, run):
    send(api, run, batch(**points("loss", 4.0, 3.0, 2.0)))
    asked = []
    for number, steps in ((1, [2]), (2, [2]), (3, [2, 1] * 20)):
        begun = [event("attempt", {"attempt": number, "from_step": step}) for step in steps]
        with CaptureQueriesContext(connection) as statements:
            assert send(api, run, batch(events=begun)).status_code == 200
        asked.append(len(statements))
    assert asked[2] <= asked[1] + 2
    (state,) = metrics.states(project_id=run.project_id, run_ids=[run.id]).values()
    assert state.attempts == {0: 0, 1: 2, 2: 2, 3: 1}
    assert document(api, run)["metrics"]["loss"]["min"] == 4.0


def test_a_heartbeat_leaves_no_row_and_a_kind_unknown_here_does(api, run):
    send(api, run, batch(events=[event("heartbeat", {}), event("telemetry.v9", [1, 2])]))
    assert list(RunEvent.objects.values_list("kind", "data")) == [("telemetry.v9", [1, 2])]
