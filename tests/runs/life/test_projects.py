"""Deleting a project for good: nothing is left of it, and what is frozen or quoted forbids it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent
from ahnb_platform.errors import Conflict, Missing, NotAllowed
from projects.models import Project
from projects.saved_views import save_view
from projects.services import rename_project, share_project
from projects.trash import trash_project, untrash_project
from runs.artifacts import storage
from runs.life.projects import purge_project, purge_projects_due
from runs.life.purging import delete_rows
from runs.life.quotas import check_bytes, set_project_quota, set_team_quota
from runs.life.refusing import QuotaExceeded
from runs.life.retention import add_rule
from runs.models import Quota, Run
from tests import cast

from .whole import full_run, quoted

pytestmark = pytest.mark.django_db
TRASH = "/teams/vision/trash/"
COLUMNS = """
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'project_id' AND table_schema = current_schema()
"""


def rows_of(project_id):
    """How many rows each table has of the project; tables without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE project_id = %s", [project_id])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def whole_project(project, by, guest):
    """A project with something in every table."""
    seen = Project.objects.visible_to(by).select_related("team").get(pk=project.pk)
    for _ in range(2):
        full_run(project, by)
    add_rule(project=seen, by=by, older_days=90)
    set_project_quota(project=seen, by=by, points=1000)
    save_view(project=seen, by=by, name="best", address="q=number")
    share_project(project=project, by=by, role=1, user=guest)
    cast.token_of(by, project=project)
    return rename_project(project=seen, slug="numbers", by=by)


def days_ago(project, days):
    Project.objects.filter(pk=project.pk).update(trashed_at=timezone.now() - timedelta(days=days))


def test_nothing_is_left_but_the_ids_of_its_runs_and_the_record_of_the_act(
    digits, alice, charlie, api_of, client_of
):
    project = whole_project(digits, alice, charlie)
    run = Run.objects.first()
    assert len(rows_of(digits.pk)) >= 18
    trash_project(project=project, by=alice)
    assert len(rows_of(digits.pk)) >= 18
    page = client_of(alice).post(
        f"{TRASH}{digits.pk}/", {"act": "purge", "name": "Digits"}, follow=True
    )
    assert "Digits is deleted for good." in page.content.decode()
    assert rows_of(digits.pk) == {"runs_runlocator": 2}
    assert not Run.objects.exists()
    assert not Quota.objects.exists()
    assert not list(storage.stored_blobs(digits.pk))
    event = AuditEvent.objects.get(action="project.purged")
    assert event.data == {"path": "vision/numbers", "name": "Digits", "runs": 2}
    answer = api_of(alice).put(f"/api/v1/runs/{run.id}/", {"project": "vision/numbers"})
    assert (answer.status_code, answer.json()["code"]) == (410, "run-purged")
    assert not Project.objects.exists()


def test_a_project_goes_when_its_days_are_over_and_never_by_itself_where_none_are_set(
    digits, vision, alice
):
    forever, short = [cast.make_project(vision, one, alice) for one in ("forever", "short")]
    Project.objects.filter(pk=forever.pk).update(trash_days=None)
    Project.objects.filter(pk=short.pk).update(trash_days=3)
    for project in (digits, forever, short):
        cast.make_run(project, alice)
        trash_project(project=project, by=alice)
        days_ago(project, 4)
    assert purge_projects_due(timezone.now()) is False
    assert set(Project.objects.all()) == {digits, forever}
    assert AuditEvent.objects.get(action="project.purged").actor is None


def test_a_frozen_or_quoted_run_keeps_its_whole_project_and_the_page_says_which(
    digits, alice, client_of
):
    cited = cast.make_run(digits, alice, name="cited")
    cast.log_points(cited, {"loss": [0.5]})
    quoted(cited, alice)
    cold = cast.make_run(digits, alice, name="cold")
    Run.objects.filter(id=cold.id).update(frozen_at=timezone.now())
    cast.make_run(digits, alice)
    trash_project(project=digits, by=alice)
    days_ago(digits, 90)
    assert purge_projects_due(timezone.now()) is False
    with pytest.raises(Conflict) as refused:
        purge_project(project=digits, by=alice)
    assert refused.value.code == "project-kept"
    assert Run.objects.count() == 3
    page = client_of(alice).get(TRASH).content.decode()
    assert "#1 cited: it is quoted (1 quote)" in page
    assert "#2 cold: it is frozen" in page
    assert "Delete it for good" not in page
    untrash_project(project=Project.objects.get(pk=digits.pk), by=alice)


def test_what_is_begun_is_finished_by_the_schedule_and_brought_back_by_nobody(
    digits, alice, client_of
):
    for _ in range(3):
        cast.make_run(digits, alice)
    trash_project(project=digits, by=alice)
    assert purge_project(project=digits, by=alice, seconds=-1) is False
    with pytest.raises(Conflict) as refused:
        untrash_project(project=digits, by=alice)
    assert refused.value.code == "project-purging"
    client = client_of(alice)
    assert "It is being deleted for good." in client.get(TRASH).content.decode()
    back = client.post(f"{TRASH}{digits.pk}/", {"act": "restore"}, follow=True)
    assert "nobody can bring it back" in back.content.decode()
    assert purge_projects_due(timezone.now()) is False
    assert not Project.objects.exists()
    assert AuditEvent.objects.filter(action="project.purged").count() == 1


def test_a_run_that_is_frozen_in_the_last_moment_stays_with_its_project(digits, alice):
    first, last = cast.make_run(digits, alice), cast.make_run(digits, alice)
    trash_project(project=digits, by=alice)
    purge_project(project=digits, by=alice, seconds=-1)
    delete_rows(digits.pk, first.id)
    Run.objects.filter(id=last.id).update(frozen_at=timezone.now())
    with pytest.raises(Conflict):
        purge_project(project=digits, by=alice)
    left = Project.objects.get(pk=digits.pk)
    assert left.purging_since is None
    assert untrash_project(project=left, by=alice).trashed_at is None


def test_only_owners_delete_it_and_only_from_the_trash(digits, alice, bob, charlie):
    with pytest.raises(Missing):
        purge_project(project=digits, by=alice)
    trash_project(project=digits, by=alice)
    with pytest.raises(NotAllowed):
        purge_project(project=digits, by=bob)
    with pytest.raises(Missing):
        purge_project(project=digits, by=charlie)
    assert Project.objects.exists()


def test_what_lies_in_the_trash_counts_for_the_team_until_it_is_deleted(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    cast.attach_file(cast.make_run(digits, alice), alice, "a.bin", b"x" * 900)
    set_team_quota(team=vision, by=None, bytes=1000)
    trash_project(project=digits, by=alice)
    with pytest.raises(QuotaExceeded):
        check_bytes(letters.pk, 200)
    assert purge_project(project=digits, by=alice)
    check_bytes(letters.pk, 200)


def test_points_of_a_deleted_project_make_room_for_the_others(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    set_team_quota(team=vision, by=None, points=100)
    cast.log_points(cast.make_run(digits, alice), {"loss": [0.5] * 90})
    run = cast.make_run(letters, alice)
    with pytest.raises(QuotaExceeded):
        cast.log_points(run, {"loss": [0.5] * 50})
    trash_project(project=digits, by=alice)
    assert purge_project(project=digits, by=alice)
    set_team_quota(team=vision, by=None, points=100)  # forgets what was refused a moment ago
    cast.log_points(run, {"loss": [0.5] * 50})


def test_the_command_deletes_what_is_due(digits, vision, alice):
    letters = cast.make_project(vision, "letters", alice)
    cold = cast.make_run(letters, alice)
    Run.objects.filter(id=cold.id).update(frozen_at=timezone.now())
    for project in (digits, letters):
        trash_project(project=project, by=alice)
        days_ago(project, 31)

    def purge(*options):
        out = StringIO()
        call_command("purge", *options, stdout=out)
        return out.getvalue()

    assert "would go vision/digits, all of it" in purge("--dry-run")
    told = purge()
    assert "deleted  vision/digits, all of it" in told
    assert "kept     vision/letters: 1 frozen or quoted" in told
    assert list(Project.objects.all()) == [letters]
