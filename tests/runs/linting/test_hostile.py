"""Findings of any make are taken in; none of them breaks anything."""

from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from runs.models import Finding, Run, Severity
from tests.cast import Api, client_of
from tests.runs.batches import batch, event, send

HOSTILE = [
    None,
    True,
    5,
    "text",
    [],
    {},
    {"id": 5},
    {"id": ""},
    {"id": "A" * 10_000, "text": "long"},
    {"id": "A", "severity": "catastrophic", "text": ["x"]},
    {"id": "A", "severity": None, "where": "here", "evidence": [1]},
    {"id": "A", "where": {"layer": {"deep": []}, "epoch": -1, "step": 2**60, "unknown": 1}},
    {"id": "A", "where": {"layer": "x" * 100_000, "data": "y" * 5000, "source": "z" * 5000}},
    {"id": "A", "text": "x" * 100_000, "fix": "y" * 100_000},
    {"id": "A", "text": "big", "evidence": {str(number): "x" * 50 for number in range(5000)}},
    {"id": "A", "text": "odd", "evidence": {"value": 1e308, "big": 2**70, "none": None}},
    {"id": "<script>", "text": "</td>", "where": {"layer": "\u202e\u0001"}},
    {"id": "A", "step": True, "epoch": "3"},
    {"id": "A", "severity": {"a": 1}, "text": "unhashable"},
]


@pytest.mark.parametrize("data", HOSTILE, ids=str)
def test_no_finding_breaks_a_batch(run: Run, api: Api, bob: User, data: Any) -> None:
    answer = send(api, run, batch(events=[event("finding", data), event("note", {"text": "n"})]))
    assert answer.status_code == 200
    for row in Finding.objects.all():
        assert len(row.rule) <= 40
        assert len(row.place) <= 255
        assert len(row.text) <= 2000
        assert len(str(row.evidence)) <= 20_000
    for page in ("", "marks/"):
        assert client_of(bob).get(f"/runs/{run.id}/{page}").status_code == 200


def test_all_of_them_at_once_and_twice(run: Run, api: Api) -> None:
    events = [event("finding", data) for data in HOSTILE]
    for _ in range(2):
        assert send(api, run, batch(events=events)).status_code == 200
    assert 0 < Finding.objects.count() < len(HOSTILE)


def test_an_unknown_severity_is_the_mildest(run: Run, api: Api) -> None:
    found = {"id": "A", "severity": "catastrophic", "text": "x"}
    send(api, run, batch(events=[event("finding", found)]))
    assert Finding.objects.get().severity == Severity.INFO


def test_the_first_of_a_rule_at_a_place_stays(run: Run, api: Api) -> None:
    for text in ("first", "second"):
        found = {"id": "A", "severity": "warn", "text": text, "where": {"layer": "dense"}}
        send(api, run, batch(events=[event("finding", found)]))
    assert Finding.objects.get().text == "first"


def test_beside_a_place_the_step_tells_only_when(run: Run, api: Api) -> None:
    found = {"id": "A", "text": "x", "where": {"layer": "dense"}, "step": 7, "rules_version": "1.2"}
    send(api, run, batch(events=[event("finding", found)]))
    row = Finding.objects.get()
    assert (row.place, row.step, row.rules_version) == ("layer dense", 7, "1.2")


def test_steps_without_a_place_are_places(run: Run, api: Api) -> None:
    events = [event("finding", {"rule": "spike", "step": step, "text": "x"}) for step in (1, 2)]
    send(api, run, batch(events=events))
    rows = Finding.objects.order_by("step").values_list("place", "step")
    assert list(rows) == [("step 1", 1), ("step 2", 2)]
