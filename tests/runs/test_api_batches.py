"""The ingest call: exactly once, item by item."""

import gzip
import json
import time
import uuid

import pytest

from runs import metrics
from runs.models import Note, Run, RunDocument, RunEvent, RunParam
from tests import cast
from tests.at_once import at_once

from .batches import batch, codes, event, points, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


@pytest.fixture
def api(bob) -> cast.Api:
    return cast.api_of(bob)


def stored(run, name="loss"):
    found = metrics.series(project_id=run.project_id, run_id=run.id, names=[name], points=10_000)[
        name
    ].as_dict()
    return list(zip(found["x"], found["max"], strict=True))


def document(api, run):
    return api.get(f"/api/v1/runs/{run.id}/").json()


# Exactly once


def test_a_batch_is_stored_and_acknowledged(api, run):
    answer = send(api, run, batch(**points("loss", 3.0, 2.5)))
    assert answer.json() == {"acked": 1, "duplicate": False, "rejected": []}
    assert stored(run) == [(0, 3.0), (1, 2.5)]


def test_a_repeat_stores_nothing_and_says_what_was_refused_the_first_time(api, run):
    sent = batch(**points("loss", 3.0, True), events=[event("note", {"text": "once"})])
    first = send(api, run, sent).json()
    again = send(api, run, sent).json()
    assert again == {**first, "duplicate": True}
    assert [entry["pointer"] for entry in again["rejected"]] == ["/metrics/loss/v/1"]
    assert stored(run) == [(0, 3.0)]
    assert Note.objects.count() == RunEvent.objects.count() == 1


def test_a_repeat_in_another_spelling_is_still_a_repeat(api, run):
    sent = batch(**points("loss", 3.0, 2.0))
    send(api, run, sent)
    spelled = json.dumps(dict(reversed(sent.items())), indent=2).replace("2.0", "2.00").encode()
    assert send(api, run, spelled).json()["duplicate"] is True


@pytest.mark.parametrize(
    "other",
    [
        points("loss", 3.0, 2.1),
        points("lost", 3.0, 2.0),
        points("loss", 3.0, 2.0, None),
        points("loss", 3.0, 2.0, times=[1763870000.0, 1763870001.0]),
        {**points("loss", 3.0, 2.0), "events": [event("note", {"text": "x"})]},
        {**points("loss", 3.0, 2.0), "attempt": 1},
        {},
    ],
)
def test_other_content_under_a_stored_seq_is_refused(api, run, other):
    writer = uuid.uuid4()
    send(api, run, batch(1, writer, **points("loss", 3.0, 2.0)))
    answer = send(api, run, batch(1, writer, **other))
    assert (answer.status_code, answer.json()["code"]) == (409, "seq-reused")
    assert stored(run) == [(0, 3.0), (1, 2.0)]


def test_acked_is_the_highest_seq_without_a_gap(api, run):
    writer = uuid.uuid4()
    acked = [send(api, run, batch(seq, writer)).json()["acked"] for seq in (2, 4, 1, 3)]
    assert acked == [0, 0, 2, 4]


def test_a_batch_refused_whole_has_not_used_its_seq(api, run):
    writer = uuid.uuid4()
    assert send(api, run, batch(1, writer, surprise=1)).status_code == 422
    assert send(api, run, batch(1, writer, **points("loss", 1.0))).json()["acked"] == 1


@pytest.mark.django_db(transaction=True)
def test_one_batch_sent_by_many_threads_at_once_is_stored_once(api, run):
    sent = batch(**points("loss", 3.0, 2.0), events=[event("note", {"text": "once"})])
    answers = at_once([lambda: send(api, run, sent).json() for _ in range(8)])
    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 7
    assert {answer["acked"] for answer in answers} == {1}
    assert stored(run) == [(0, 3.0), (1, 2.0)]
    assert Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_lose_nothing(api, run):
    acts = [
        lambda n=n: send(api, run, batch(**points(f"m{n}", 1.0 * n))).status_code for n in range(8)
    ]
    assert at_once(acts) == [200] * 8
    assert [stored(run, f"m{n}") for n in range(8)] == [[(0, 1.0 * n)] for n in range(8)]


# Refused whole


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"null", 400, "not-an-object"),
        (b"[]", 400, "not-an-object"),
        (b"1", 400, "not-an-object"),
        (b'"x"', 400, "not-an-object"),
        (b"{}", 400, "bad-writer"),
        (b'{"writer": "x", "seq": 1}', 400, "bad-writer"),
        (b'{"writer": "0192f3aa00007000800000000000000z", "seq": 1}', 400, "bad-writer"),
        (b'{"writer": 5}', 400, "bad-writer"),
    ],
)
def test_a_body_without_a_head_is_400(api, run, body, status, code):
    answer = send(api, run, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("seq", [0, -1, 1.0, "1", True, None, 2**53, [1]])
def test_a_bad_seq_is_400(api, run, seq):
    answer = send(api, run, batch(seq))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-seq")


@pytest.mark.parametrize(
    "part",
    [
        {"axes": {}},
        {"metrics": []},
        {"events": 5},
        {"attempt": "1"},
        {"attempt": -1},
        {"axes": None},
    ],
)
def test_a_wrong_form_at_the_top_is_400(api, run, part):
    assert send(api, run, batch(**part)).status_code == 400


def test_an_unknown_field_is_422_unless_it_begins_with_x(api, run):
    answer = send(api, run, batch(points=[]))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-field")
    assert answer.json()["errors"][0]["pointer"] == "/points"
    assert send(api, run, batch(x_points=[])).status_code == 200


def test_a_body_over_the_limit_is_413(api, run):
    answer = send(api, run, b'{"x": "' + b"x" * 8 * 1024 * 1024 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_gzip_is_read(api, run):
    body = gzip.compress(json.dumps(batch(**points("loss", 1.0))).encode())
    answer = send(api, run, body, headers={"Content-Encoding": "gzip"})
    assert answer.json()["acked"] == 1


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        (b"{}", "gzip", 400, "malformed-gzip"),
        (gzip.compress(b"{}")[:-4], "gzip", 400, "malformed-gzip"),
        (gzip.compress(b"{}") + b"more", "gzip", 400, "malformed-gzip"),
        (gzip.compress(b" " * 9_000_000), "gzip", 413, "decompressed-too-large"),
        (b"{}", "br", 415, "unsupported-encoding"),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 415, "unsupported-encoding"),
    ],
    ids=["no gzip", "cut off", "more after it", "bomb", "brotli", "twice"],
)
def test_odd_encodings(api, run, body, encoding, status, code):
    answer = send(api, run, body, headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=bz2_codec",
        "application/json; charset=utf-7",
        "application/json; charset=nonsense",
    ],
)
def test_other_content_types_are_415(bob, run, kind):
    from django.test import Client

    header = {"Authorization": f"Bearer {cast.token_of(bob)}"}
    path = f"/api/v1/runs/{run.id}/batches/"
    answer = Client().generic("POST", path, json.dumps(batch()), kind, headers=header)
    assert answer.status_code == 415


# Refused item by item


@pytest.mark.parametrize("value", [True, False, "7", "nan", "inf", [], {}, [1.0]])
def test_a_bad_value_leaves_its_neighbours(api, run, value):
    answer = send(api, run, batch(**points("loss", 1.0, value, 3.0)))
    assert codes(answer) == [("/metrics/loss/v/1", "bad-value")]
    assert stored(run) == [(0, 1.0), (2, 3.0)]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 41, "0." + "1" * 40])
def test_a_number_that_is_none_leaves_its_neighbours(api, run, number):
    body = json.dumps(batch(**points("loss", 1.0, "here", 3.0))).replace('"here"', number)
    answer = send(api, run, body.encode())
    assert codes(answer) == [("/metrics/loss/v/1", "bad-value")]
    assert stored(run) == [(0, 1.0), (2, 3.0)]


def test_values_are_exact(api, run):
    values = [5e-324, -0.0, 1.7976931348623157e308, 0.1, 2**53 + 1, -7]
    assert codes(send(api, run, batch(**points("loss", *values)))) == []
    assert [value for _, value in stored(run)] == [float(value) for value in values]


def test_words_and_null(api, run):
    send(api, run, batch(**points("loss", "NaN", "Infinity", "-Infinity", None, 1.0)))
    found = api.get(f"/api/v1/runs/{run.id}/series/?metric=loss").json()["metrics"]["loss"]
    assert found["x"] == [0, 1, 2, 4]
    assert found["nonfinite"] == [[0, "NaN"], [1, "Infinity"], [2, "-Infinity"]]
    assert document(api, run)["metrics"]["loss"]["max"] == 1.0


@pytest.mark.parametrize("step", [-1, 2**53, 1.0, "7", True, None])
def test_a_bad_step_leaves_its_neighbours(api, run, step):
    axis = {"unit": "epoch", "steps": [0, step, 2]}
    sent = batch(axes=[axis], metrics={"loss": {"axis": 0, "v": [1.0, 2.0, 3.0]}})
    assert codes(send(api, run, sent)) == [("/axes/0/steps/1", "bad-step")]
    assert stored(run) == [(0, 1.0), (2, 3.0)]


@pytest.mark.parametrize(
    "axis",
    [
        5,
        {},
        {"unit": "day", "steps": [0, 1]},
        {"start": 0, "stride": 1, "count": 3},
        {"start": 0, "stride": 1, "count": 10**15},
        {"start": 0, "stride": 1, "count": 2, "steps": [0, 1]},
        {"start": -5, "stride": 1, "count": 2},
        {"start": 0, "stride": 2**53, "count": 2},
        {"start": 2**53 - 1, "stride": 1, "count": 2},
        {"steps": [0]},
        {"steps": "01"},
        {"steps": [0, 1], "times": [1.0]},
        {"steps": [0, 1], "times": [1.0, 2.0], "t0": 1.0},
        {"steps": [0, 1], "t0": "1", "dt_ms": [0, 1]},
        {"steps": [0, 1], "t0": 1.0},
        {"steps": [0, 1], "at_step": [0, 1]},
        {"unit": "epoch", "steps": [0, 1], "at_step": [0]},
        {"unit": "time", "steps": [0, 1]},
        {"unit": "time"},
        {"steps": [0, 1], "colour": "red"},
    ],
)
def test_a_bad_axis_refuses_its_metrics_and_no_others(api, run, axis):
    sent = batch(
        axes=[axis, {"unit": "epoch", "steps": [0, 1]}],
        metrics={"bad": {"axis": 0, "v": [1, 2]}, "loss": {"axis": 1, "v": [1, 2]}},
    )
    answer = send(api, run, sent)
    assert answer.status_code == 200
    assert {pointer.split("/")[2] for pointer, _ in codes(answer)} <= {"0", "bad"}
    assert "/metrics/bad" in str(codes(answer))
    assert stored(run, "bad") == []
    assert stored(run) == [(0, 1.0), (1, 2.0)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "bad-name"),
        ("   ", "bad-name"),
        ("a\x00b", "bad-name"),
        ("a\nb", "bad-name"),
        ("\ud800", "bad-name"),
        ("\u202egpj.exe", "bad-name"),
        ("\u200b\u200b", "bad-name"),
        ("x" * 256, "bad-name"),
        ("x" * 100_000, "bad-name"),
    ],
)
def test_a_metric_with_a_bad_name_leaves_the_others(api, run, name, code):
    sent = batch(**points("loss", 1.0))
    sent["metrics"][name] = {"axis": 0, "v": [1.0]}
    answer = send(api, run, sent)
    assert [found for _, found in codes(answer)] == [code]
    assert stored(run) == [(0, 1.0)]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (5, "bad-metric"),
        ({"axis": 0}, "bad-metric"),
        ({"v": [1.0]}, "bad-axis"),
        ({"axis": 9, "v": [1.0]}, "bad-axis"),
        ({"axis": -1, "v": [1.0]}, "bad-axis"),
        ({"axis": True, "v": [1.0]}, "bad-axis"),
        ({"axis": 0, "v": [1.0, 2.0]}, "bad-length"),
        ({"axis": 0, "v": "1.0"}, "bad-metric"),
        ({"axis": 0, "v": [1.0], "w": 1}, "unknown-field"),
    ],
)
def test_a_bad_metric_leaves_the_others(api, run, entry, code):
    sent = batch(**points("loss", 1.0))
    sent["metrics"]["bad"] = entry
    assert [found for _, found in codes(send(api, run, sent))] == [code]
    assert stored(run) == [(0, 1.0)]


def test_two_spellings_of_one_name_are_one(api, run):
    sent = batch(**points("caf\u00e9", 1.0))
    sent["metrics"]["cafe\u0301"] = {"axis": 0, "v": [2.0]}
    assert [code for _, code in codes(send(api, run, sent))] == ["duplicate-name"]
    assert stored(run, "caf\u00e9") == [(0, 1.0)]


def test_a_metric_has_one_unit(api, run):
    send(api, run, batch(**points("loss", 1.0)))
    answer = send(api, run, batch(**points("loss", 1.0, unit="step")))
    assert len(codes(answer)) == 1
    assert stored(run) == [(0, 1.0)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("a\x00", "nul-character"),
        ({"a\x00": 1}, "nul-character"),
        ({"a": ["\ud800"]}, "lone-surrogate"),
        ({"big": "x" * 1_100_000}, "too-large"),
    ],
)
def test_a_bad_event_leaves_the_others(api, run, data, code):
    sent = batch(events=[event("finding", data), event("note", {"text": "kept"})])
    answer = send(api, run, sent)
    assert [found for _, found in codes(answer)] == [code]
    assert list(Note.objects.values_list("text", flat=True)) == ["kept"]


@pytest.mark.parametrize("depth", [65, 900, 5_000])
def test_an_event_that_is_too_deep_leaves_the_others(api, run, depth):
    text = json.dumps(batch(events=[event("finding", "here"), event("note", {"text": "kept"})]))
    deep = "[" * depth + "]" * depth
    answer = send(api, run, text.replace('"here"', deep).encode())
    assert [code for _, code in codes(answer)] == ["too-deep"]
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (5, "bad-event"),
        ({"data": {}}, "bad-kind"),
        ({"kind": 5}, "bad-kind"),
        ({"kind": "Ünknown"}, "bad-kind"),
        ({"kind": "note", "data": {"text": "x"}, "at": "yesterday"}, "bad-time"),
        ({"kind": "note", "data": {"text": "x"}, "at": True}, "bad-time"),
        ({"kind": "note", "data": {"text": "x"}, "when": 1}, "unknown-field"),
        ({"kind": "note", "data": {"text": ""}}, "bad-text"),
        ({"kind": "note", "data": {"text": "x", "step": 1.5}}, "bad-step"),
        ({"kind": "note", "data": "x"}, "bad-data"),
        ({"kind": "params", "data": [1]}, "bad-data"),
        ({"kind": "params", "data": {str(n): n for n in range(5_001)}}, "too-many-keys"),
        ({"kind": "status", "data": {"status": "lost"}}, "bad-status"),
        ({"kind": "status", "data": {"status": "failed", "reason": 5}}, "bad-reason"),
        ({"kind": "attempt", "data": {"attempt": 1}}, "bad-step"),
        ({"kind": "attempt", "data": {"attempt": "1", "from_step": 0}}, "bad-attempt"),
        ({"kind": "model", "data": None}, "bad-data"),
    ],
)
def test_a_wrong_event_is_refused(api, run, wrong, code):
    answer = send(api, run, batch(events=[wrong]))
    assert [found for _, found in codes(answer)] == [code]
    assert RunEvent.objects.count() == 0


def test_the_list_of_what_is_refused_is_bounded(api, run):
    answer = send(api, run, batch(**points("loss", *[True] * 5_000)))
    rejected = answer.json()["rejected"]
    assert len(rejected) == 1_001
    assert rejected[-1]["detail"] == "4000 further items are refused."


# Times


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


# What events do


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


def test_a_heartbeat_leaves_no_row_and_a_kind_unknown_here_does(api, run):
    send(api, run, batch(events=[event("heartbeat", {}), event("telemetry.v9", [1, 2])]))
    assert list(RunEvent.objects.values_list("kind", "data")) == [("telemetry.v9", [1, 2])]


# The trash, and cost


def test_a_trashed_run_is_410_until_it_is_restored(api, run):
    assert api.delete(f"/api/v1/runs/{run.id}/").status_code == 204
    answer = send(api, run, batch())
    assert (answer.status_code, answer.json()["code"]) == (410, "run-trashed")
    api.post(f"/api/v1/runs/{run.id}/restore/")
    assert send(api, run, batch()).status_code == 200


def test_a_batch_of_points_takes_few_round_trips(api, run, django_assert_max_num_queries):
    writer = uuid.uuid4()
    send(api, run, batch(1, writer, **points("loss", 1.0)))
    with django_assert_max_num_queries(6):
        send(api, run, batch(2, writer, **points("loss", 1.0)))
