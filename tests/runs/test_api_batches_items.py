"""The ingest call: what is refused item by item."""

import json

import pytest

from runs.models import Note, RunEvent

from .batches import batch, codes, document, event, points, send, stored

pytestmark = pytest.mark.django_db


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
