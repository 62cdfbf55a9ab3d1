"""What is JSON, what is refused whole, and what is left to be refused by item."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahnb_platform.api import strictjson
from ahnb_platform.errors import Malformed

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_json_writes_is_read_back(value):
    assert strictjson.read(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed-json"),
        (b"{", "malformed-json"),
        (b"[1,]", "malformed-json"),
        (b"{} {}", "malformed-json"),
        (b"// x\n{}", "malformed-json"),
        (b'"\x01"', "malformed-json"),
        (b'"\xff"', "malformed-json"),
        (b"\xef\xbb\xbf{}", "malformed-json"),
        ("{}".encode("utf-16"), "malformed-json"),
        (b"[NaN]", "non-finite-literal"),
        (b"[-Infinity]", "non-finite-literal"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "duplicate-key"),
        (b'{"a": "\\u003a", "b": 1, "b": 2}', "duplicate-key"),
        (b'{"a" :1, "b":1, "b":2, "c":":"}', "duplicate-key"),
        (b"[" * 100_000, "malformed-json"),
        (b"[" * 5_000 + b"}" * 5_000, "malformed-json"),
    ],
)
def test_refused_whole(raw, code):
    with pytest.raises(Malformed) as refused:
        strictjson.read(raw)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (b'{"a": ["x\\u0000"]}', "nul-character", "/a/0"),
        (b'{"a": {"x\\u0000": 1}}', "nul-character", "/a"),
        (b'{"a/b": "\\ud800"}', "lone-surrogate", "/a~1b"),
        (b"[" + b"1" * 41 + b"]", "number-too-long", "/0"),
        (b"[0." + b"1" * 40 + b"]", "number-too-long", "/0"),
        (b"[1e400]", "number-too-long", "/0"),
        (b"[" * 65 + b"]" * 65, "too-deep", "/0" * 64),
        (b"[" * 5_000 + b"]" * 5_000, "too-deep", "/0" * 64),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "too-deep", "/a" * 64),
    ],
)
def test_left_to_be_refused_by_item(raw, code, pointer):
    fault = strictjson.first_fault(strictjson.read(raw))
    assert fault is not None
    assert (fault.code, fault.pointer) == (code, pointer)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 64 + b"]" * 64,
        b'{"url": "http://127.0.0.1:80/", "t": "12:00:00"}',
        b'["\\u00e9", "\\ud83d\\ude00"]',
        b"[5e-324, -0.0, 1.7976931348623157e308]",
        b'["' + b"1" * 60 + b'"]',
    ],
)
def test_unusual_but_good(raw):
    value = strictjson.read(raw)
    assert strictjson.first_fault(value) is None
    assert value == json.loads(raw)


def test_integers_beyond_64_bits_are_floats_whichever_way_they_are_read():
    quick = strictjson.read(b"[18446744073709551616]")
    slow = strictjson.read(b'[18446744073709551616, "\\u0041"]')
    assert quick[0] == slow[0] == 2.0**64
    assert isinstance(quick[0], float)
    assert isinstance(slow[0], float)


def test_a_deep_part_leaves_its_neighbours_whole():
    raw = b'{"a": ' + b"[" * 3_000 + b"]" * 3_000 + b', "b": [1, {"c": "]"}]}'
    assert strictjson.read(raw)["b"] == [1, {"c": "]"}]


def test_a_pointer_can_be_stored():
    assert strictjson.escaped("a/b~c\x00\ud800") == "a~1b~0c\ufffd\ufffd"
    assert len(strictjson.escaped("x" * 10_000)) < 300
