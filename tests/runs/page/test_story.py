"""The page of one run: what it tells in words."""

import math

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes, services
from runs.models import Run
from tests.cast import log_points, make_run
from tests.sketches import send_events, sketch_run

from .reading import text_of


def test_page_tells_the_run_in_words(page: Client, run: Run) -> None:
    shown = text_of(page.get(run.get_absolute_url()))
    assert "#1 brave-otter" in shown
    assert "and all 3 planned epochs" in shown
    assert "Its best val_loss is 0.4000 at epoch 2, also its last." in shown
    assert "baseline" in shown


def test_page_compares_with_the_previous_run_of_the_same_person(
    page: Client, run: Run, digits: Project, alice: User, bob: User
) -> None:
    sketch_run(digits, bob, params={"width": 1})
    better = sketch_run(
        digits,
        alice,
        val_loss=(0.9, 0.2),
        params={"width": 128, "fit": {"epochs": 3}, "optimizer": {"learning_rate": 0.001}},
    )
    shown = text_of(page.get(better.get_absolute_url()))
    assert "That is the best of 3 runs with val_loss" in shown
    assert "best so far" in shown
    assert "Against #1 brave-otter" in shown
    assert "width 64 → 128 ." in shown
    assert "learning_rate 0.001" not in shown.partition("Against")[2].partition("val_loss")[0]


def test_a_single_run_is_not_called_the_best(page: Client, run: Run) -> None:
    shown = text_of(page.get(run.get_absolute_url()))
    assert "best so far" not in shown
    assert "place 1" not in shown


def test_of_equal_runs_the_first_holds_the_record(
    page: Client, digits: Project, alice: User
) -> None:
    first, second = (sketch_run(digits, alice, val_loss=(0.9, 0.25)) for _ in range(2))
    sketch_run(digits, alice, val_loss=(0.9, 0.5))
    shown = text_of(page.get(first.get_absolute_url()))
    assert "best so far" in shown
    assert "It shares place 1 of 3 runs with val_loss with 1 other, and ended first." in shown
    shown = text_of(page.get(second.get_absolute_url()))
    assert "best so far" not in shown
    assert "It shares place 1 of 3 runs with val_loss with 1 other." in shown
    summary = page.get(digits.get_absolute_url()).content.decode()
    assert f'<a href="{first.get_absolute_url()}">#1' in summary.partition("tile-best")[2][:900]


def test_an_archived_run_holds_no_record(page: Client, run: Run, digits: Project) -> None:
    sketch_run(digits, run_user(run), val_loss=(0.9, 0.8))
    services.archive_run(run=run, by=run_user(run))
    assert "best so far" not in text_of(page.get(run.get_absolute_url()))


def run_user(run: Run) -> User:
    return User.objects.get(pk=run.user_id)


def test_values_that_are_not_finite_are_told(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, val_loss=(0.5, math.nan, math.inf))
    shown = text_of(page.get(run.get_absolute_url()))
    assert "2 of 3 values of val_loss" in shown
    assert "0.5000" in shown


def test_a_failed_run_says_why(page: Client, digits: Project, alice: User) -> None:
    run = make_run(digits, alice)
    send_events(run, ("status", {"status": "failed", "reason": "ValueError: <shape>"}))
    answer = page.get(run.get_absolute_url())
    assert "ValueError: &lt;shape&gt;" in answer.content.decode()
    assert "Failed after" in text_of(answer)


def test_a_silent_run_is_lost_not_running(page: Client, digits: Project, alice: User) -> None:
    run = make_run(digits, alice)
    past = timezone.now() - timezone.timedelta(minutes=5)
    metrics_state = connection.ops.quote_name("runs_metricstate")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {metrics_state} SET last_seen_at = %s", [past])
    shown = text_of(page.get(run.get_absolute_url()))
    assert "No sign of life since" in shown


def test_a_run_without_anything_is_a_whole_page(page: Client, digits: Project, alice: User) -> None:
    answer = page.get(make_run(digits, alice).get_absolute_url())
    assert answer.status_code == 200
    shown = text_of(answer)
    assert "has not described its model yet" in shown
    assert "No parameter was sent" in shown


def test_queries_do_not_grow_with_notes_metrics_and_runs(
    page: Client, run: Run, digits: Project, alice: User
) -> None:
    def queries() -> int:
        page.get(run.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            page.get(run.get_absolute_url())
        return len(captured)

    notes.add_note(run=run, by=alice, text="one")
    few = queries()
    for number in range(6):
        notes.add_note(run=run, by=alice, text=f"{number}")
        log_points(run, {f"metric-{number}": [1.0, 2.0]})
        sketch_run(digits, alice)
    assert queries() <= few
    assert few <= 13
