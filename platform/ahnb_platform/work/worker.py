"""The loop that runs tasks when they are due; any number of workers may run it at once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from ahnb_platform.errors import one_line

from .models import LONGEST_FAILURE, TaskState
from .schedule import USUAL, Schedule, Task

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
IDLE_SECONDS = 1.0
AWAY_SECONDS = 5.0
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(hours=1)

logger = logging.getLogger(__name__)


class Worker:
    """Takes one due task after the other, each under a lease, until it is told to stop."""

    def __init__(self, schedule: Schedule = USUAL) -> None:
        self.schedule = schedule
        self.id = uuid4()
        self.stopping = Event()

    def run(self) -> None:
        """Work until `stopping` is set; a database that is away is waited for."""
        while not self.stopping.is_set():
            try:
                self.prepare()
                while not self.stopping.is_set():
                    connection.close_if_unusable_or_obsolete()
                    if self.work() is None:
                        self.stopping.wait(IDLE_SECONDS)
            except (OperationalError, InterfaceError) as error:
                logger.warning("the worker waits for the database: %s", one_line(error))
                connection.close()
                self.stopping.wait(AWAY_SECONDS)

    def run_once(self) -> bool:
        """Do all that is due now; whether nothing failed."""
        self.prepare()
        went_well = True
        while not self.stopping.is_set() and (done := self.work()) is not None:
            went_well = went_well and done
        return went_well

    def prepare(self) -> None:
        """Give each task that is new its row, due at once."""
        rows = [TaskState(name=name) for name in self.schedule.tasks]
        TaskState.objects.bulk_create(rows, ignore_conflicts=True)

    def work(self) -> bool | None:
        """Run one step that is due: whether it went well; None when nothing is due."""
        task = self.take()
        if task is None:
            return None
        try:
            with self.lease_kept(task):
                more = task.step()
        except Exception as error:
            logger.exception("the task %s failed", task.name)
            self.note_failure(task, error)
            return False
        self.note_end(task, more=bool(more))
        return True

    def take(self) -> Task | None:
        """The task that has waited longest of those that nobody holds; it is ours then."""
        with transaction.atomic():
            due = TaskState.objects.filter(name__in=self.schedule.tasks, due_at__lte=Now())
            free = due.filter(Q(lease_until=None) | Q(lease_until__lt=Now())).order_by("due_at")
            row = free.select_for_update(skip_locked=True).first()
            if row is None:
                return None
            TaskState.objects.filter(pk=row.pk).update(
                started_at=Now(), holder=self.id, lease_until=Now() + LEASE
            )
        return self.schedule.tasks[row.name]

    @contextmanager
    def lease_kept(self, task: Task) -> Iterator[None]:
        """Push the lease on, on a thread of its own, while the block runs."""
        over = Event()
        thread = Thread(target=self.renew, args=(task, over), name="renew-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def renew(self, task: Task, over: Event) -> None:
        try:
            while not over.wait(RENEW_SECONDS):
                self.held(task).update(lease_until=Now() + LEASE)
        except (OperationalError, InterfaceError):
            logger.warning("the lease of the task %s could not be renewed", task.name)
        finally:
            connection.close()

    def held(self, task: Task) -> QuerySet[TaskState]:
        """Its row, unless somebody else has taken it since."""
        return TaskState.objects.filter(name=task.name, holder=self.id)

    def note_end(self, task: Task, *, more: bool) -> None:
        self.held(task).update(
            ended_at=Now(),
            due_at=Now() if more else Now() + task.interval,
            failures=0,
            failure="",
            holder=None,
            lease_until=None,
        )

    def note_failure(self, task: Task, error: Exception) -> None:
        """Come back to it later, each time twice as late."""
        failures = self.held(task).values_list("failures", flat=True).first() or 0
        self.held(task).update(
            failed_at=Now(),
            due_at=Now() + retry_after(failures),
            failures=failures + 1,
            failure=f"{type(error).__name__}: {error}"[:LONGEST_FAILURE].replace("\0", ""),
            holder=None,
            lease_until=None,
        )


def retry_after(failures: int) -> timedelta:
    """How long to wait after one failure more than `failures` in a row."""
    return min(FIRST_RETRY * 2 ** min(failures, 20), LAST_RETRY)
