"""States that a process remembers: never believed when the row is another by now."""

import uuid
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ahnb_platform.errors import Missing
from runs import metrics
from runs.metrics import memory
from runs.metrics.limits import Limits
from runs.metrics.records import Place

from .builders import Story, column

pytestmark = pytest.mark.django_db(transaction=True)


def place(story: Story) -> Place:
    return Place(**story.place)


def values(story: Story) -> list[float]:
    found = metrics.series(**story.place, names=["loss"], points=1000)["loss"].as_dict()
    return found["max"]


def loss(step: int, value: float):
    return column("loss", [value], steps=[step])


def test_a_known_run_is_not_read_again(django_assert_num_queries) -> None:
    story = Story()
    story.send(loss(0, 1.0))
    # The one statement goes past Django's cursor, which would count it.
    with django_assert_num_queries(0):
        story.send(loss(1, 2.0))
    assert values(story) == [1.0, 2.0]


def test_a_state_that_somebody_else_wrote_since_is_read_anew() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    old = memory.take(place(story))
    assert old is not None
    story.send(loss(1, 2.0))
    memory.keep(place(story), old)
    assert story.send(loss(2, 3.0)).acked == 3
    assert values(story) == [1.0, 2.0, 3.0]
    summary = metrics.summaries(project_id=7, run_ids=[story.run_id])[story.run_id]["loss"]
    assert (summary.count, summary.first, summary.last) == (3, 1.0, 3.0)


def test_what_was_rolled_back_is_not_remembered() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    with transaction.atomic():
        story.send(loss(1, 2.0))
        transaction.set_rollback(True)
    story.seq = 1
    assert story.send(loss(1, 5.0)).acked == 2
    assert values(story) == [1.0, 5.0]


def test_a_deleted_run_takes_no_batch() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    with transaction.atomic():
        metrics.delete(**story.place)
    with pytest.raises(Missing):
        story.send(loss(1, 2.0))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM runs_metrictail WHERE run_id = %s", [story.run_id])
        assert cursor.fetchone() == (0,)


def test_a_repeat_is_known_without_being_stored() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    story.send(loss(1, 2.0))
    receipt = story.send(loss(1, 2.0), seq=2)
    assert (receipt.acked, receipt.duplicate) == (2, True)
    assert story.send(loss(2, 3.0)).acked == 3
    assert values(story) == [1.0, 2.0, 3.0]


def test_only_so_many_runs_are_remembered() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    state = memory.take(place(story))
    assert state is not None
    others = [Place(7, uuid.uuid4()) for _ in range(memory.MOST_RUNS)]
    memory.keep(place(story), state)
    for other in others:
        memory.keep(other, state)
    assert memory.take(place(story)) is None
    assert all(memory.take(other) is state for other in others)


def test_what_waits_in_the_tail_is_held_up_to_a_bound() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    held = memory.take(place(story))
    assert held is not None
    assert held.waiting is not None
    heavy = replace(held, waiting=replace(held.waiting, size=memory.MOST_WAITING_BYTES))
    memory.keep(place(story), held)
    other = Place(7, uuid.uuid4())
    memory.keep(other, heavy)
    assert held.waiting is None
    assert heavy.waiting is not None
    memory.take(other)
    story.send(loss(1, 2.0))
    metrics.fold(**story.place)
    assert values(story) == [1.0, 2.0]


def test_draining_needs_no_reading_of_what_this_process_wrote() -> None:
    story = Story(limits=Limits(drain_bytes=4000, drain_bytes_a_metric=0, join_batches=1000))
    with CaptureQueriesContext(connection) as captured:
        for step in range(200):
            story.send(loss(step, float(step)))
    statements = " ".join(query["sql"] for query in captured.captured_queries)
    assert "DELETE FROM runs_metrictail" in statements
    assert "RETURNING arrival" not in statements
    assert values(story) == [float(step) for step in range(200)]


def test_a_stale_state_refuses_nothing() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    old = memory.take(place(story))
    assert old is not None
    # As if 10,000 gaps had been open when this process looked last.
    old.writers[story.writer].beyond = [(3 * seq, 3 * seq + 1) for seq in range(2, 10_002)]
    memory._memory.states[place(story)] = old
    assert story.send(loss(1, 2.0), seq=40_000).acked == 1


def test_a_state_with_many_gaps_is_not_remembered() -> None:
    story = Story()
    story.send(loss(0, 1.0))
    state = memory.take(place(story))
    assert state is not None
    state.writers[story.writer].beyond = [(3 * seq, 3 * seq + 1) for seq in range(2, 2_000)]
    memory.keep(place(story), state)
    assert memory.take(place(story)) is None
