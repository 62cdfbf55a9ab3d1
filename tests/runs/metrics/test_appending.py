import uuid

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ahnb_platform.errors import Missing
from runs import metrics
from runs.metrics import SeqReused
from runs.metrics.limits import Limits

from .builders import NOW, PROJECT, Story, column
from .test_properties import TINY

pytestmark = pytest.mark.django_db

EAGER = Limits(drain_bytes=0, drain_bytes_a_metric=0)
PATIENT = Limits(join_batches=1000)


def test_first_batch_is_acknowledged():
    receipt = Story().send(column("loss", [0.5]))
    assert (receipt.acked, receipt.duplicate, receipt.rejected) == (1, False, [])


def test_a_gap_holds_back_the_acknowledgement_until_it_is_filled():
    story = Story()
    acked = [story.send(column("loss", [seq]), seq=seq).acked for seq in (3, 1, 5, 2, 4)]
    assert acked == [0, 1, 1, 3, 5]


@pytest.mark.parametrize("limits", [PATIENT, TINY, EAGER], ids=["tail", "joined", "drained"])
def test_a_repeat_is_told_what_was_refused_the_first_time(limits):
    story = Story(limits=limits)
    refused = [{"pointer": "/metrics/x/v/0", "code": "bad-value", "detail": "No."}]
    story.send(column("loss", [1.0]), seq=1, rejected=refused)
    for seq in range(2, 20):
        story.send(column("loss", [2.0]), seq=seq)
    again = story.send(column("loss", [1.0]), seq=1)
    assert (again.acked, again.duplicate, again.rejected) == (19, True, refused)
    assert story.read("loss").total == 19


@pytest.mark.parametrize("limits", [PATIENT, TINY, EAGER], ids=["tail", "joined", "drained"])
def test_other_content_under_a_stored_number_is_refused(limits):
    story = Story(limits=limits)
    for seq in range(1, 20):
        story.send(column("loss", [float(seq)]), seq=seq)
    with pytest.raises(SeqReused) as refusal:
        story.send(column("loss", [-1.0]), seq=1)
    assert (refusal.value.status, refusal.value.code) == (409, "seq-reused")
    assert story.read("loss").low == [float(seq) for seq in range(1, 20)]


def test_equal_batches_of_two_writers_are_both_kept():
    story = Story()
    for _ in range(2):
        story.send(column("loss", [0.5]), writer=uuid.uuid4(), seq=1)
    assert story.read("loss").total == 2


def test_delivery_survives_many_pages():
    story = Story(limits=EAGER)
    seqs = [1, 1023, 1024, 5000, 10**15]
    for seq in seqs:
        story.send(column("loss", [float(seq)]), seq=seq)
    for seq in seqs:
        assert story.send(column("loss", [float(seq)]), seq=seq).duplicate
    assert story.rows()["writer"] == 4


def test_a_batch_of_events_alone_uses_its_number():
    story = Story()
    assert story.send().acked == 1
    assert story.send().acked == 2
    story.fold()
    assert story.send(seq=1).duplicate


def test_another_unit_is_refused_by_item_and_the_rest_is_stored():
    story = Story()
    story.send(column("a/b~c", [1.0], unit="epoch"))
    receipt = story.send(column("a/b~c", [2.0], unit="step"), column("loss", [3.0]))
    assert [(item["pointer"], item["code"]) for item in receipt.rejected] == [
        ("/metrics/a~1b~0c", "unit-clash")
    ]
    assert story.read("a/b~c").low == [1.0]
    assert story.read("loss").low == [3.0]
    assert (
        story.send(column("a/b~c", [2.0], unit="step"), column("loss", [3.0]), seq=2).rejected
        == receipt.rejected
    )


def test_a_run_that_is_not_there_takes_no_batch():
    story = Story()
    story.run_id = uuid.uuid4()
    metrics.create_state(project_id=PROJECT + 1, run_id=story.run_id)
    with pytest.raises(Missing):
        story.send(column("loss", [1.0]))


def test_a_batch_takes_two_statements():
    story = Story()
    story.send(column("loss", [1.0]))
    with CaptureQueriesContext(connection) as seen:
        story.send(*(column(f"m{number}", [1.0, 2.0]) for number in range(10)))
    statements = [one["sql"].split()[0] for one in seen.captured_queries]
    assert [word for word in statements if word in ("SELECT", "WITH", "UPDATE")] == [
        "SELECT",
        "WITH",
    ]


def test_summary_keeps_extremes_and_where_they_were():
    story = Story()
    story.send(column("loss", [0.5, np.nan, -2.0, np.inf], steps=[4, 5, 6, 7]))
    story.send(column("loss", [9.0, 1.0, np.nan], steps=[3, 8, 9]))
    assert story.summary("loss").as_dict() == {
        "last": 1.0,
        "first": 9.0,
        "min": -2.0,
        "max": 9.0,
        "count": 7,
        "nonfinite": 3,
        "last_step": 8,
        "min_step": 6,
        "max_step": 3,
        "unit": "step",
    }


def test_summary_without_a_finite_point_has_no_values():
    story = Story()
    story.send(column("loss", [np.nan, np.inf]))
    found = story.summary("loss")
    assert (found.last, found.min, found.max, found.last_step) == (None, None, None, None)
    assert (found.count, found.nonfinite) == (2, 2)


def test_summary_does_not_depend_on_how_points_were_split():
    rng = np.random.default_rng(5)
    values = rng.standard_normal(200)
    values[::7] = np.nan
    steps = rng.integers(0, 50, 200)
    whole, split = Story(), Story()
    whole.send(column("loss", values, steps=steps))
    for start in range(0, 200, 9):
        part = slice(start, start + 9)
        split.send(column("loss", values[part], steps=steps[part]))
    assert whole.summary("loss") == split.summary("loss")


def test_last_is_of_the_newest_attempt():
    story = Story()
    story.send(column("loss", [1.0, 2.0], steps=[10, 20]))
    story.send(column("loss", [3.0], steps=[12]), attempt=1)
    story.send(column("loss", [4.0], steps=[30]), attempt=0)
    found = story.summary("loss")
    assert (found.last, found.last_step, found.count) == (3.0, 12, 4)


@pytest.mark.parametrize("limits", [PATIENT, EAGER], ids=["tail", "drained"])
def test_what_a_later_attempt_replaced_is_no_extreme(limits):
    story = Story(limits=limits)
    story.send(column("loss", [5.0, 4.0, 0.1, 9.0]))
    story.send(column("acc", [0.5, 0.9], steps=[0, 3]))
    story.begin(1, 2)
    loss, acc = story.summary("loss"), story.summary("acc")
    assert (loss.min, loss.min_step, loss.max, loss.max_step, loss.count) == (4.0, 1, 5.0, 0, 4)
    assert (acc.max, acc.last, acc.last_step) == (0.5, 0.5, 0)
    story.send(column("loss", [3.0, 2.0], steps=[2, 3]), attempt=1)
    story.send(column("loss", [0.01], steps=[4]), attempt=0)
    loss = story.summary("loss")
    assert (loss.min, loss.min_step, loss.last, loss.count) == (2.0, 3, 2.0, 7)


def test_extremes_of_a_long_run_are_found_again_when_it_is_resumed():
    story = Story()
    values = np.random.default_rng(5).standard_normal(30_000)
    story.send(column("loss", values))
    story.begin(1, 20_000)
    kept, found = values[:20_000], story.summary("loss")
    assert (found.min, found.min_step) == (kept.min(), kept.argmin())
    assert (found.max, found.max_step) == (kept.max(), kept.argmax())
    assert (found.first, found.last, found.last_step) == (kept[0], kept[-1], 19_999)


def test_extremes_of_many_metrics_are_found_again_in_the_statements_of_one():
    asked = []
    for many in (1, 20):
        story, draw = Story(), np.random.default_rng(6)
        values = draw.standard_normal((many, 3_000))
        values[:, :3], values[:, 2_400:2_500] = np.nan, np.nan
        story.send(*[column(f"m{number}", one) for number, one in enumerate(values)])
        with CaptureQueriesContext(connection) as statements:
            story.begin(1, 2_450)
        asked.append(len(statements))
        for number, kept in enumerate(values[:, :2_400]):
            found = story.summary(f"m{number}")
            lowest, highest = np.nanargmin(kept), np.nanargmax(kept)
            assert (found.min, found.min_step) == (kept[lowest], lowest)
            assert (found.max, found.max_step) == (kept[highest], highest)
            assert (found.first, found.first_step) == (kept[3], 3)
            assert (found.last, found.last_step) == (kept[-1], 2_399)
            assert (found.count, found.nonfinite) == (3_000, 103)
    assert asked[1] <= asked[0] + 5


def test_an_attempt_from_the_start_leaves_nothing_until_it_has_points():
    story = Story()
    story.send(column("loss", [1.0]), column("cpu", [3.0], unit="time", times=[NOW]))
    story.begin(1, 0)
    found = story.summary("loss")
    assert (found.first, found.last, found.min, found.max, found.count) == (*[None] * 4, 1)
    assert story.summary("cpu").max == 3.0


def test_a_sign_of_life_moves_last_seen_and_nothing_else():
    story = Story()
    before = metrics.states(project_id=PROJECT, run_ids=[story.run_id])[story.run_id]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_metricstate SET last_seen_at = now() - interval '1 hour'")
    metrics.touch(**story.place)
    after = metrics.states(project_id=PROJECT, run_ids=[story.run_id])[story.run_id]
    assert after.last_seen_at >= before.last_seen_at
    assert after.version == before.version


def test_an_attempt_whose_event_comes_late_gives_back_what_it_did_not_replace():
    story = Story()
    story.send(attempt=1)
    story.send(column("loss", [0.5, 0.25, 0.75], steps=[0, 1, 2]), attempt=0)
    assert story.summary("loss").last is None
    story.begin(1, 2)
    summary = story.summary("loss")
    assert (summary.first, summary.min, summary.max, summary.last) == (0.5, 0.25, 0.5, 0.25)
    assert (summary.first_step, summary.min_step, summary.max_step, summary.last_step) == (
        0,
        1,
        0,
        1,
    )
    story.send(column("loss", [0.125], steps=[2]), attempt=1)
    assert (story.summary("loss").last, story.summary("loss").min) == (0.125, 0.125)


def test_state_tells_points_attempts_and_writers():
    story = Story()
    story.send(column("loss", [1.0, 2.0]), column("cpu", [3.0], unit="time", times=[NOW]))
    story.begin(1, 40)
    state = metrics.states(project_id=PROJECT, run_ids=[story.run_id])[story.run_id]
    assert state.points == 3
    assert state.attempts == {0: 0, 1: 40}
    assert state.writers == {story.writer: 1}
