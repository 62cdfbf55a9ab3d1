"""Many writers of one run, folding and deleting meanwhile, in real transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from django.db import connection, transaction

from ahnb_platform.errors import Missing
from runs import metrics
from runs.models import MetricState

from .builders import PROJECT, Story, column
from .test_properties import TINY

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work):
    """What `work` returns, on a connection of its own that is closed afterwards."""

    def closing(*arguments):
        try:
            return work(*arguments)
        finally:
            connection.close()

    return closing


def sent_by(story, number, count):
    mine = Story(limits=TINY, run_id=story.run_id)
    for seq in range(count):
        steps = np.arange(seq * 5, seq * 5 + 5)
        mine.send(column("loss", number * 1000.0 + steps, steps=steps))
        if seq % 5 == 0:
            again = column("loss", number * 1000.0 + steps, steps=steps)
            assert mine.send(again, seq=seq + 1).duplicate
    return mine


def test_writers_and_folders_of_one_run_lose_and_double_nothing():
    story = Story(limits=TINY)
    done = threading.Event()

    def fold():
        while not done.is_set():
            story.fold()

    def read():
        totals = []
        while not done.is_set():
            found = story.read("loss", points=20)
            totals.append(found.total)
        return totals

    with ThreadPoolExecutor(8) as pool:
        others = [pool.submit(in_thread(work)) for work in (fold, read, read)]
        writers = [pool.submit(in_thread(sent_by), story, number, 30) for number in range(4)]
        results = [writer.exception(timeout=60) for writer in writers]
        done.set()
        totals = others[1].result(timeout=60)
        assert others[0].exception(timeout=60) is None
    assert results == [None] * 4
    assert totals == sorted(totals)
    expected = sorted(number * 1000.0 + step for number in range(4) for step in range(150))
    assert sorted(story.read("loss").low) == expected
    assert story.summary("loss").count == 600


def test_a_repeat_that_races_its_original_is_stored_once():
    story = Story()
    start = threading.Barrier(4)

    def send():
        mine = Story(run_id=story.run_id, writer=story.writer)
        start.wait()
        return mine.send(column("loss", [1.0]), seq=1).duplicate

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(in_thread(send)) for _ in range(4)]
        duplicates = [answer.result(timeout=60) for answer in answers]
    assert sorted(duplicates) == [False, True, True, True]
    assert story.read("loss").total == 1


def test_deleting_while_batches_come_leaves_nothing_behind():
    story = Story(limits=TINY)
    started = threading.Event()

    def send():
        number = 0
        mine = Story.__new__(Story)
        mine.__dict__.update(story.__dict__, seq=0)
        try:
            while number < 5000:
                mine.send(column("loss", [1.0, 2.0]))
                number += 1
                started.set()
        except Missing:
            return "missing"

    with ThreadPoolExecutor(1) as pool:
        sender = pool.submit(in_thread(send))
        assert started.wait(30)
        with transaction.atomic():
            metrics.delete(**story.place)
        assert sender.result(timeout=60) == "missing"
    assert sum(story.rows().values()) == 0


def many_times(work):
    for _ in range(5000):
        work()


def test_deleting_among_writers_folders_and_readers_ends_them_all():
    story = Story(limits=TINY)
    writers = [Story(limits=TINY, run_id=story.run_id) for _ in range(3)]
    busy = threading.Barrier(len(writers) + 3)

    def until_missing(work):
        work()
        busy.wait(60)
        with pytest.raises(Missing):
            many_times(work)

    works = [partial(writer.send, column("loss", [1.0, 2.0])) for writer in writers]
    works += [story.fold, partial(story.read, "loss")]
    with ThreadPoolExecutor(len(works)) as pool:
        others = [pool.submit(in_thread(until_missing), work) for work in works]
        busy.wait(60)
        with transaction.atomic():
            metrics.delete(**story.place)
        assert [one.exception(timeout=60) for one in others] == [None] * len(works)
    assert sum(story.rows().values()) == 0


def test_search_rows_can_be_brought_up_to_date_by_many_at_once():
    stories = [Story() for _ in range(20)]
    done = threading.Event()

    def send(story):
        for _ in range(10):
            story.send(column("loss", [1.0]))

    def sync():
        while not done.is_set():
            metrics.sync_search_rows(project_id=PROJECT)

    with ThreadPoolExecutor(6) as pool:
        syncs = [pool.submit(in_thread(sync)) for _ in range(2)]
        sends = [pool.submit(in_thread(send), story) for story in stories]
        assert [one.exception(timeout=60) for one in sends] == [None] * 20
        done.set()
        assert [one.exception(timeout=60) for one in syncs] == [None] * 2
    metrics.sync_search_rows(project_id=PROJECT)
    assert not MetricState.objects.filter(project_id=PROJECT, stale=True).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT count FROM runs_metricsummary")
        assert cursor.fetchall() == [(10,)]
