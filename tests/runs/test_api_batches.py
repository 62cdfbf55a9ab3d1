"""The ingest call: exactly once; the trash, and cost."""

import json
import uuid

import pytest

from runs.models import Note, RunEvent
from tests.at_once import at_once

from .batches import batch, event, points, send, stored

pytestmark = pytest.mark.django_db


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
