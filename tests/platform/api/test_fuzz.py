"""Nothing that a client can send makes a 5xx, and every refusal is a problem document."""

import json
import uuid
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.models import Run
from tests import cast


def bounded(examples: int) -> settings:
    """Few enough that the whole file takes seconds."""
    unhealthy = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=unhealthy)


ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.0,
        2**53,
        2**63,
        2**64,
        10**30,
        1e308,
        5e-324,
        "",
        "7",
        "NaN",
        "a\x00",
        "\ud800",
        "\u202e",
        "é",
        "x" * 300,
        [],
        {},
        [[]],
        {"a": {"b": [1]}},
        {"\x00": "\udfff"},
    ]
)
ANYTHING = st.recursive(
    ODD | st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)


def some(**usual: st.SearchStrategy) -> st.SearchStrategy:
    """Objects with some of the usual fields, of which any may hold anything."""
    return st.fixed_dictionaries(
        {}, optional={name: value | ANYTHING for name, value in usual.items()}
    ) | st.dictionaries(st.text(max_size=8), ANYTHING, max_size=2)


INDEX = st.integers(0, 3)
STEPS = st.lists(st.integers(0, 100) | ODD, max_size=4)
TIMES = st.lists(st.floats(1.7e9, 1.8e9) | ODD, max_size=4)
AXIS = some(
    unit=st.sampled_from(["step", "epoch", "time"]),
    start=INDEX,
    stride=INDEX,
    count=INDEX,
    steps=STEPS,
    times=TIMES,
    t0=st.just(1.7e9),
    dt_ms=TIMES,
    at_step=STEPS,
)
METRIC = some(axis=INDEX, v=st.lists(st.floats(-9, 9) | ODD, max_size=4))
KINDS = ("params", "model", "status", "note", "attempt", "heartbeat", "lost", "finding", "odd")
EVENT = some(
    kind=st.sampled_from(KINDS),
    at=st.floats(1.7e9, 1.8e9),
    data=some(
        status=st.sampled_from(["running", "failed"]),
        text=st.text(max_size=4),
        step=INDEX,
        attempt=INDEX,
        from_step=INDEX,
        reason=st.text(max_size=4),
    ),
)
BATCH = st.fixed_dictionaries(
    {"writer": st.uuids().map(str), "seq": st.integers(1, 3)},
    optional={
        "attempt": INDEX | ODD,
        "axes": st.lists(AXIS, max_size=4) | ODD,
        "metrics": st.dictionaries(st.text(max_size=4), METRIC, max_size=4) | ODD,
        "events": st.lists(EVENT, max_size=4) | ODD,
    },
)
START = some(
    project=st.sampled_from(["vision/digits", "vision/new", "other/secret", "x"]),
    name=st.text(max_size=5),
    tags=st.lists(st.text(max_size=3), max_size=3),
    started_at=st.sampled_from(["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x"]),
    objective=some(metric=st.text(max_size=3), mode=st.sampled_from(["min", "max"])),
)
SPELLED = (
    "metrics.loss params.a.b name status tag started ( ) and or not in like = != < >= , . - ' \""
    " \"x\" 'y' 5 1e400 -0 lost 7 days ago \\ % \x00 é ; --"
)
WORDS = st.sampled_from(SPELLED.split(" "))
QUERY = st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=20)


@pytest.fixture
def api(alice, digits) -> cast.Api:
    return cast.api_of(alice)


@pytest.fixture
def run(alice, digits) -> Run:
    return cast.make_run(digits, alice)


def check(answer):
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    elif not answer.streaming and answer.content:
        answer.json()


@bounded(150)
@given(document=BATCH | ANYTHING)
def test_no_batch_makes_a_5xx_and_a_repeat_is_answered_alike(api, run, document):
    path = f"/api/v1/runs/{run.id}/batches/"
    first, again = api.post(path, document), api.post(path, document)
    check(first)
    assert first.status_code == again.status_code
    if first.status_code == 200:
        assert again.json()["duplicate"] is True
    check(api.get(f"/api/v1/runs/{run.id}/"))


@bounded(60)
@given(raw=st.binary(max_size=60) | BATCH.map(lambda found: json.dumps(found).encode()[:-3]))
def test_no_bytes_make_a_5xx(api, run, raw):
    check(api.post(f"/api/v1/runs/{run.id}/batches/", raw))
    check(api.patch(f"/api/v1/runs/{run.id}/", raw))


@bounded(40)
@given(document=START | ANYTHING, number=st.integers(0, 2**62 - 1))
def test_no_document_makes_a_5xx(api, run, document, number):
    run_id = uuid.UUID(int=0x01A0_0000_0000_7000_8000_0000_0000_0000 | number)
    check(api.put(f"/api/v1/runs/{run_id}/", document))
    check(api.patch(f"/api/v1/runs/{run.id}/", document))
    check(api.post(f"/api/v1/runs/{run.id}/notes/", document))
    check(api.post("/api/v1/projects/", document))
    check(api.patch("/api/v1/projects/vision/digits/", document))


@bounded(30)
@given(q=QUERY, order=QUERY, more=st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_no_question_makes_a_5xx(api, run, q, order, more):
    path = "/api/v1/projects/vision/digits/runs/"
    for query in ({"q": q}, {"order": order}, {"cursor": q}, {"limit": q}, more):
        check(api.get(f"{path}?{urlencode(query, errors='replace')}"))
    series = {"metric": q, "from": order, "points": order}
    check(api.get(f"/api/v1/runs/{run.id}/series/?{urlencode(series, errors='replace')}"))
