"""Batches and epochs counted over all fits of a run."""

import threading

from ahnb_client.progress import Progress


def test_epoch_that_was_broken_off_keeps_its_batches():
    progress = Progress()
    progress.begin_fit(5)
    progress.begin_epoch(0)
    assert [progress.step_of(batch) for batch in (0, 1)] == [0, 1]
    progress.begin_fit(5)
    progress.begin_epoch(0)
    assert progress.step_of(0) == 2
    assert progress.end_epoch(0) == (0, 2)


def test_number_of_batches_may_be_known_from_elsewhere():
    progress = Progress()
    progress.begin_fit(None)
    assert progress.end_epoch(0) == (0, None)
    assert progress.end_epoch(1, batches=4) == (1, 3)


def test_epochs_of_a_later_fit_do_not_fold_back():
    progress = Progress()
    progress.begin_fit(1)
    assert [progress.end_epoch(epoch)[0] for epoch in (0, 1)] == [0, 1]
    progress.begin_fit(1)
    assert [progress.end_epoch(epoch)[0] for epoch in (0, 1)] == [2, 3]
    progress.begin_fit(1)
    assert progress.end_epoch(7)[0] == 7


def test_batches_may_come_from_several_threads_in_any_order():
    progress, steps = Progress(), []
    progress.begin_fit(400)
    threads = [
        threading.Thread(
            target=lambda first=first: steps.extend(
                progress.step_of(batch) for batch in range(399 - first, -1, -4)
            )
        )
        for first in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(steps) == list(range(400))
    assert progress.end_epoch(0) == (0, 399)
