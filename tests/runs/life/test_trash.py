"""The trash of runs: who put what there, when it goes, and that nothing is left of it then."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent
from projects.models import Project
from runs import bulk, services
from runs.artifacts import storage
from runs.freezing import freeze_run
from runs.life.purging import purge_due, purge_runs
from runs.models import ArtifactBlob, Run
from tests import cast

from .whole import full_run, quoted

pytestmark = pytest.mark.django_db
TRASH = "/projects/vision/digits/?place=trash"
COLUMNS = """
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'run_id' AND table_schema = current_schema()
"""
# What stays: its id, which is not given out again, and the numbers of models that it brought.
STAYING = {"runs_runlocator": 1, "runs_modelversion": 1}


def rows_of(run):
    """How many rows each table has of the run; tables without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE run_id = %s", [run.id])
            found[table] = cursor.fetchone()[0]
    found["runs_run"] = Run.objects.filter(id=run.id).count()
    return {table: count for table, count in found.items() if count}


def trashed(run, by, days=0):
    services.trash_run(run=run, by=by)
    Run.objects.filter(id=run.id).update(trashed_at=timezone.now() - timedelta(days=days))
    return run


def test_purging_leaves_no_row_and_no_bytes_that_no_other_run_uses(digits, alice):
    run, other = full_run(digits, alice), full_run(digits, alice)
    cast.attach_file(other, alice, "c.txt", b"kept")
    before = rows_of(other)
    held = rows_of(run)
    assert len(held) >= 14
    trashed(run, alice, days=31)
    cast.attach_file(run_to := cast.make_run(digits, alice), alice, "x.txt", b"shared")
    assert purge_due(timezone.now()).count == 1
    assert rows_of(run) == STAYING
    assert rows_of(other) == before
    hashes = set(ArtifactBlob.objects.values_list("sha256", flat=True))
    assert hashes == set(storage.stored_blobs(digits.pk))
    assert rows_of(run_to)["runs_artifact"] == 1


def test_bytes_of_a_purged_run_go_at_once_however_young(digits, alice):
    run = cast.make_run(digits, alice)
    cast.attach_file(run, alice, "own.txt", b"own")
    trashed(run, alice)
    assert purge_runs(project=digits, ids=[run.id], by=alice).count == 1
    assert not list(storage.stored_blobs(digits.pk))
    assert not ArtifactBlob.objects.exists()


def test_each_project_keeps_its_trash_for_as_long_as_it_is_set(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    forever = cast.make_project(vision, "forever", alice)
    Project.objects.filter(pk=letters.pk).update(trash_days=5)
    Project.objects.filter(pk=forever.pk).update(trash_days=None)
    for project in (digits, letters, forever):
        for days in (6, 31):
            trashed(cast.make_run(project, alice), alice, days)
    assert purge_due(timezone.now()).count == 3
    left = Run.objects.values_list("project_id", "number")
    assert set(left) == {(digits.pk, 1), (forever.pk, 1), (forever.pk, 2)}


def test_a_step_deletes_so_many_and_says_that_more_wait(digits, alice):
    for _ in range(5):
        trashed(cast.make_run(digits, alice), alice, days=31)
    steps = [purge_due(timezone.now(), most=2) for _ in range(3)]
    assert [(step.count, step.has_more) for step in steps] == [(2, True), (2, True), (1, False)]


def test_frozen_and_quoted_runs_stay_and_do_not_hold_up_the_others(digits, alice):
    kept = cast.make_run(digits, alice)
    cast.log_points(kept, {"loss": [0.5]})
    trashed(quoted(kept, alice), alice, days=90)
    cold = trashed(cast.make_run(digits, alice), alice, days=90)
    Run.objects.filter(id=cold.id).update(frozen_at=timezone.now())
    trashed(cast.make_run(digits, alice), alice, days=31)
    step = purge_due(timezone.now(), most=1)
    assert (step.count, step.has_more) == (1, False)
    done = purge_runs(project=digits, ids=[kept.id, cold.id], by=alice)
    assert (done.count, done.kept) == (0, 2)
    assert set(Run.objects.values_list("id", flat=True)) == {kept.id, cold.id}


def test_runs_that_do_not_lie_in_the_trash_are_not_purged(digits, alice):
    run, back = cast.make_run(digits, alice), cast.make_run(digits, alice)
    trashed(back, alice)
    services.restore_run(run=Run.objects.get(id=back.id), by=alice)
    assert purge_runs(project=digits, ids=[run.id, back.id], by=alice).count == 0
    assert Run.objects.count() == 2


def test_the_page_says_who_put_it_there_and_when_it_goes(digits, alice, bob, client_of):
    trashed(cast.make_run(digits, alice, name="old-1"), bob)
    kept = cast.make_run(digits, alice, name="cited")
    cast.log_points(kept, {"loss": [0.5]})
    quoted(kept, bob)
    bulk.mark_runs(project=digits, ids=[kept.id], by=alice, act="trash")
    page = client_of(bob).get(TRASH).content.decode()
    assert "Runs lie here for 30 days" in page
    assert "Bob" in page
    assert "stays: it is quoted (1 quote)" in page
    assert "Delete for good" not in page
    assert "Delete for good" in client_of(alice).get(TRASH).content.decode()


def test_owners_purge_what_they_tick_once_they_are_sure(digits, alice, client_of):
    runs = [trashed(cast.make_run(digits, alice), alice) for _ in range(3)]
    owner, address = client_of(alice), "/projects/vision/digits/trash/purge/"
    assert owner.post(address, {"run": str(runs[0].id)}).status_code == 422
    told = owner.post(address, {"run": str(runs[0].id), "sure": "yes"}, follow=True)
    assert "1 run deleted for good." in told.content.decode()
    told = owner.post(address, {"scope": "all", "sure": "yes"}, follow=True)
    assert "2 runs deleted for good." in told.content.decode()
    assert AuditEvent.objects.filter(action="run.purged", actor=alice).count() == 3


def test_a_purged_run_is_gone_for_everybody_who_saw_it_and_its_id_is_not_used_again(
    digits, alice, charlie, api_of, client_of
):
    run = trashed(cast.make_run(digits, alice), alice)
    purge_runs(project=digits, ids=[run.id], by=alice)
    api, path = api_of(alice), f"/api/v1/runs/{run.id}/"
    batch = {"writer": str(cast.uuid7()), "seq": 1, "events": [{"kind": "heartbeat", "data": {}}]}
    answers = [
        api.get(path),
        api.put(path, {"project": "vision/digits"}),
        api.post(f"{path}batches/", batch),
        api.post(f"{path}restore/"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(410, "run-purged")] * 4
    assert client_of(alice).get(f"/runs/{run.id}/").status_code == 410
    assert api_of(charlie).get(path).status_code == 404
    assert rows_of(run) == {"runs_runlocator": 1}


def test_the_command_goes_by_each_projects_days_or_by_those_that_it_is_told(digits, alice):
    trashed(cast.make_run(digits, alice), alice, days=10)

    def purge(*options):
        out = StringIO()
        call_command("purge", *options, stdout=out)
        return out.getvalue()

    assert purge() == "0 runs deleted, 0 kept.\n"
    assert "would go vision/digits#1" in purge("--days", "9", "--dry-run")
    assert purge("vision/digits", "--days", "9").endswith("1 run deleted, 0 kept.\n")


def test_a_frozen_run_is_left_when_others_go(digits, alice):
    run = cast.make_run(digits, alice)
    freeze_run(run=run, by=alice)
    assert purge_runs(project=digits, ids=[run.id], by=alice).count == 0


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(CommandError, match="--days"):
        call_command("purge", "--days", "-1")
