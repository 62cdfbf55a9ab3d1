"""Tasks are run when they are due, by one worker at a time, and a failure is told and repeated."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from ahnb_platform.work.models import TaskState
from ahnb_platform.work.schedule import MORE, Schedule
from ahnb_platform.work.worker import FIRST_RETRY, LAST_RETRY, Worker, retry_after

from ...at_once import at_once

HOUR = timedelta(hours=1)


def schedule_of(**steps: Callable[[], bool | None]) -> Schedule:
    schedule = Schedule()
    for name, step in steps.items():
        schedule.every(HOUR, name)(step)
    return schedule


def make_due(name: str) -> None:
    TaskState.objects.filter(name=name).update(due_at=Now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_task_is_run_once_in_its_interval() -> None:
    runs: list[str] = []
    worker = Worker(schedule_of(count=lambda: runs.append("run")))
    assert worker.run_once()
    assert worker.run_once()
    assert runs == ["run"]
    row = TaskState.objects.get(name="count")
    assert row.started_at is not None
    assert row.ended_at is not None
    assert HOUR - timedelta(minutes=1) < row.due_at - row.ended_at <= HOUR
    assert (row.holder, row.lease_until, row.state) == (None, None, "waits")
    make_due("count")
    worker.run_once()
    assert len(runs) == 2


@pytest.mark.django_db
def test_task_that_has_more_to_do_is_run_again_after_others() -> None:
    order: list[str] = []

    def long() -> bool | None:
        order.append("long")
        return MORE if order.count("long") < 3 else None

    Worker(schedule_of(long=long, short=lambda: order.append("short"))).run_once()
    assert order.count("long") == 3
    assert order.count("short") == 1
    assert order.index("short") <= 1


@pytest.mark.django_db
def test_failure_is_kept_and_the_task_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("no such\0 luck")

    worker = Worker(schedule_of(luck=fail, other=lambda: None))
    assert not worker.run_once()
    row = TaskState.objects.get(name="luck")
    assert (row.failures, row.failure, row.ended_at) == (1, "ValueError: no such luck", None)
    assert row.state == "fails (1)"
    assert row.failed_at is not None
    assert row.due_at - row.failed_at == FIRST_RETRY
    assert "the task luck failed" in caplog.text
    assert TaskState.objects.get(name="other").ended_at is not None
    make_due("luck")
    assert not worker.run_once()
    assert TaskState.objects.get(name="luck").failures == 2
    make_due("luck")
    assert Worker(schedule_of(luck=lambda: None)).run_once()
    row.refresh_from_db()
    assert (row.failures, row.failure) == (0, "")


def test_retries_come_ever_later_up_to_an_hour() -> None:
    waits = [retry_after(failures) for failures in range(12)]
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert waits[-1] == LAST_RETRY == retry_after(10_000)


@pytest.mark.django_db
def test_task_without_a_worker_is_late() -> None:
    Worker(schedule_of(count=lambda: None)).prepare()
    TaskState.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    assert TaskState.objects.get().state == "is late"


def test_two_tasks_of_one_name_are_refused() -> None:
    schedule = schedule_of(count=lambda: None)
    with pytest.raises(ValueError, match="count"):
        schedule.every(HOUR, "count")(lambda: None)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_runs_the_task() -> None:
    begun, runs = Event(), []

    def slow() -> None:
        runs.append("run")
        begun.wait(0.2)

    schedule = schedule_of(slow=slow)
    went = at_once([Worker(schedule).run_once for _ in range(6)])
    assert went == [True] * 6
    assert runs == ["run"]


@pytest.mark.django_db(transaction=True)
def test_task_of_a_worker_that_was_killed_is_taken_over_when_its_lease_ends() -> None:
    runs: list[str] = []
    schedule = schedule_of(count=lambda: runs.append("run"))
    dead, other = Worker(schedule), Worker(schedule)
    dead.prepare()
    taken = dead.take()
    assert taken is not None
    assert other.run_once()
    assert runs == []
    TaskState.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert other.run_once()
    assert runs == ["run"]
    # What the first one notes afterwards changes nothing.
    dead.note_failure(taken, ValueError("too late"))
    assert TaskState.objects.get().failures == 0


@pytest.mark.django_db(transaction=True)
def test_stopping_lets_the_step_end_and_begins_no_other() -> None:
    begun, go_on, ended = Event(), Event(), []
    schedule = Schedule()

    def slow() -> bool:
        begun.set()
        go_on.wait(20)
        ended.append("slow")
        return MORE

    schedule.every(HOUR, "slow")(slow)
    worker = Worker(schedule)

    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    assert begun.wait(20)
    worker.stopping.set()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()
    assert ended == ["slow"]
    assert TaskState.objects.get().holder is None
