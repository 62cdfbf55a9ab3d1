"""The ingest call: what is refused whole."""

import gzip
import json

import pytest

from tests import cast

from .batches import batch, points, send

pytestmark = pytest.mark.django_db


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
