"""How much room runs take: counted once after they change, alike in every report."""

import io

import pytest
from django.core.management import call_command

from runs import metrics, services
from runs.life import tasks
from runs.life.measuring import (
    largest_runs,
    measure,
    measure_all,
    size_of_project,
    sizes_of_people,
    sizes_of_projects,
    together,
)
from runs.life.purging import purge_runs
from runs.metrics.sizing import count_flagged, points_of_project
from runs.models import RunSize
from tests import cast
from tests.sketches import send_events, sketch_media

pytestmark = pytest.mark.django_db


def test_a_runs_room_is_that_of_its_rows_and_files(digits, alice):
    run = cast.make_run(digits, alice)
    cast.log_points(run, {"loss": [0.5] * 300})
    send_events(run, ("model", {"layers": [{"name": "dense", "class": "Dense"}]}))
    sketch_media(run)
    cast.attach_file(run, alice, "a.bin", b"x" * 1000)
    assert measure(digits.pk) == 1
    size = RunSize.objects.get()
    in_store = metrics.stored_bytes(project_id=digits.pk)[run.id]
    assert (size.points, size.files, size.files_bytes) == (300, 1, 1000)
    assert abs(size.points_bytes - in_store) <= 16
    assert size.media_bytes > 0
    assert size.documents_bytes > 0
    parts = (size.points_bytes, size.files_bytes, size.media_bytes, size.documents_bytes)
    assert size.bytes == sum(parts)


def test_a_run_is_counted_again_only_after_it_changed(digits, alice):
    run = cast.make_run(digits, alice)
    cast.log_points(run, {"loss": [0.5]})
    assert [measure(digits.pk), measure(digits.pk)] == [1, 0]
    cast.log_points(run, {"loss": [0.5] * 4})
    assert (count_flagged(digits.pk), points_of_project(digits.pk)) == (1, 5)
    assert [measure(digits.pk), measure(digits.pk)] == [1, 0]
    assert RunSize.objects.get().points == points_of_project(digits.pk) == 5
    metrics.fold(project_id=digits.pk, run_id=run.id)
    assert measure(digits.pk) == 1


def test_an_attached_file_lets_its_run_be_counted_again(
    digits, alice, django_capture_on_commit_callbacks
):
    run = cast.make_run(digits, alice)
    measure_all(digits.pk)
    with django_capture_on_commit_callbacks(execute=True):
        cast.attach_file(run, alice, "a.bin", b"12345")
    measure_all(digits.pk)
    assert size_of_project(digits).files_bytes == 5


def test_people_projects_and_all_add_up(digits, vision, alice, bob):
    letters = cast.make_project(vision, "letters", alice)
    for project, by, points in ((digits, alice, 10), (digits, bob, 20), (letters, bob, 40)):
        cast.log_points(cast.make_run(project, by), {"loss": [0.5] * points})
    for project in (digits, letters):
        measure_all(project.pk)
    projects = sizes_of_projects([digits, letters])
    people = sizes_of_people([digits, letters])
    assert {one.what: one.points for one in projects} == {digits: 30, letters: 40}
    assert {one.what: one.points for one in people} == {alice: 10, bob: 60}
    everything = together(vision, projects)
    assert everything == together(vision, people)
    assert (everything.runs, everything.points) == (3, 70)


def test_the_largest_come_first_by_what_is_asked_for(digits, alice):
    few, many = (cast.make_run(digits, alice) for _ in range(2))
    cast.log_points(few, {"loss": [0.5]})
    cast.attach_file(few, alice, "a.bin", b"x" * 100_000)
    cast.log_points(many, {"loss": [0.5] * 500})
    measure_all(digits.pk)
    orders = {
        order: [one.run.id for one in largest_runs(digits, order, 0, 5)]
        for order in ("bytes", "points", "files_bytes")
    }
    assert orders["bytes"] == orders["files_bytes"] == [few.id, many.id]
    assert orders["points"] == [many.id, few.id]
    assert [one.run.id for one in largest_runs(digits, "bytes", 1, 5)] == [many.id]


def test_what_is_purged_takes_no_room(digits, alice):
    run = cast.make_run(digits, alice)
    cast.log_points(run, {"loss": [0.5]})
    measure_all(digits.pk)
    services.trash_run(run=run, by=alice)
    purge_runs(project=digits, ids=[run.id], by=alice)
    assert measure(digits.pk) == 0
    assert size_of_project(digits).bytes == 0


def test_the_schedule_counts_every_project_and_has_its_tasks(digits, secret, alice, charlie):
    for project, by in ((digits, alice), (secret, charlie)):
        cast.log_points(cast.make_run(project, by), {"loss": [0.5]})
    assert tasks.measure_sizes() is None
    assert tasks.purge_trash() is None
    assert RunSize.objects.count() == 2


def test_the_commands_tell_and_limit(digits, alice):
    cast.log_points(cast.make_run(digits, alice, name="big-1"), {"loss": [0.5] * 100})

    def call(*words):
        told = io.StringIO()
        call_command(*words, stdout=told)
        return told.getvalue()

    told = call("sizes", "vision/digits")
    assert "vision/digits" in told
    assert "Alice" in told
    assert "#1 big-1" in told
    assert call("setquota", "vision/digits", "--points", "500") == "vision/digits: 500 points\n"
    assert call("setquota", "vision", "--gigabytes", "2") == "vision: 2,000,000,000 bytes\n"
    assert call("setquota", "vision/digits") == "vision/digits: no limit\n"
