"""What broke the server: batches and documents that any client can send."""

import time

import pytest

from ahnb_platform.api import strictjson
from ahnb_platform.errors import Malformed
from runs.ingest.parse import parse_batch
from tests import cast

from .batches import batch, codes, event, send


@pytest.mark.parametrize("kind", ["lost", "finding", "heartbeat", "of-tomorrow"])
def test_an_event_without_data_is_stored_or_refused_by_item(kind, digits, bob):
    api, run = cast.api_of(bob), cast.make_run(digits, bob)
    answer = send(api, run, batch(events=[event(kind, None)]))
    assert answer.status_code == 200
    assert answer.json()["acked"] == 1
    assert codes(answer) in ([], [("/events/0/data", "bad-data")])


@pytest.mark.parametrize(
    "model",
    [
        {"parameters": "many"},
        {"parameters": [1]},
        {"layers": "many"},
        {"layers": ["Dense"]},
        {"layers": 5},
        {"layers": {"a": 1}},
    ],
)
def test_a_run_page_shows_whatever_model_was_stored(model, digits, alice, bob):
    run = cast.make_run(digits, bob)
    send(cast.api_of(bob), run, batch(events=[event("model", model)]))
    assert cast.client_of(alice).get(f"/runs/{run.id}/").status_code == 200


def test_a_repeat_is_known_though_its_time_has_become_plausible():
    """The digest is of what was sent, not of what was believed at receipt."""
    now = time.time()
    document = batch(events=[event("params", {"a": 1}, at=now + 48 * 3600 + 2)])
    first = parse_batch(document, received=now).batch.digest
    assert parse_batch(document, received=now + 10).batch.digest == first


@pytest.mark.parametrize("end", [b"", b"\\", b'"'])
def test_strings_without_end_are_read_in_a_time_that_grows_with_their_length(end):
    """Four times the length may take some four times as long, not sixteen times."""

    def seconds(length: int) -> float:
        begin = time.process_time()
        with pytest.raises(Malformed):
            strictjson.read(b"[" * 201 + b'"' + b'\\"' * length + end)
        return time.process_time() - begin

    assert seconds(400_000) < 12 * max(seconds(100_000), 0.005)
