"""What editors do with many runs of a project at once."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ahnb_platform.accounts.models import AuditEvent, User
from ahnb_platform.errors import Invalid
from projects.models import Project
from projects.views.state import compressed, parse_pick
from runs import bulk
from runs.ids import uuid7
from runs.models import Run
from runs.services import MOST_TAGS, edit_run, trash_run

from ..cast import client_of
from ..sketches import sketch_run
from .reading import address, names_in


def do(client: Client, project: Project, act: str, *runs: Run, **fields: Any) -> Any:
    ids = [str(run.id) for run in runs]
    return client.post(address(project, "bulk/"), {"act": act, "run": ids, **fields})


def tags_of(project: Project) -> dict[int, list[str]]:
    return dict(Run.objects.filter(project_id=project.pk).values_list("number", "tags"))


def test_editor_archives_ticked_runs_and_stays_on_the_view(
    bob: User, digits: Project, runs: list[Run]
) -> None:
    view = address(digits, q="params.width > 2")
    client = client_of(bob)
    ticked = {"act": "archive", "run": [str(runs[5].id), str(runs[4].id)], "next": view}
    answer = client.post(address(digits, "bulk/"), ticked)
    assert answer.status_code == 302
    assert answer["Location"] == view
    assert names_in(client.get(view)) == ["run-4", "run-3", "run-2"]


def test_reader_may_not_change_many_runs(dana: User, digits: Project, runs: list[Run]) -> None:
    client = client_of(dana)
    ticked = {"act": "trash", "run": [str(runs[0].id)]}
    assert client.post(address(digits, "bulk/"), ticked).status_code == 403
    assert "bulk-form" not in client.get(address(digits)).content.decode()
    assert len(names_in(client.get(address(digits)))) == 6


def test_runs_of_another_project_are_not_changed(
    alice: User, digits: Project, secret: Project, charlie: User
) -> None:
    foreign = sketch_run(secret, charlie)
    client_of(alice).post(address(digits, "bulk/"), {"act": "trash", "run": [str(foreign.id)]})
    foreign.refresh_from_db()
    assert foreign.trashed_at is None


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/admin/"])
def test_after_a_change_one_stays_in_the_project(
    page: Client, digits: Project, runs: list[Run], where: str
) -> None:
    ticked = {"act": "trash", "run": [str(runs[0].id)], "next": where}
    answer = page.post(address(digits, "bulk/"), ticked)
    assert answer["Location"] == digits.get_absolute_url()


def test_all_that_match_the_filter_are_changed_and_no_other(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    view = address(digits, q="params.width > 8")
    answer = do(page, digits, "trash", scope="all", next=view)
    assert answer["Location"] == view
    left = Run.objects.filter(project_id=digits.pk, trashed_at=None)
    assert sorted(left.values_list("number", flat=True)) == [1, 2, 3]


def test_undo_brings_back_exactly_what_the_act_took(
    page: Client, digits: Project, alice: User, runs: list[Run]
) -> None:
    trash_run(run=runs[0], by=alice)
    do(page, digits, "trash", *runs[:3])
    shown = page.get(address(digits)).content.decode()
    moment = re.search(r'name="at" value="([^"]+)"', shown)
    assert moment is not None
    assert "2 runs put into the trash." in shown
    do(page, digits, "undo", of="trash", at=moment[1])
    trashed = Run.objects.filter(project_id=digits.pk, trashed_at__isnull=False)
    assert list(trashed.values_list("number", flat=True)) == [1]


@pytest.mark.parametrize("at", ["", "soon", "2026-02-31T00:00:00Z", "2026-01-01T00:00:00"])
def test_undo_of_no_moment_is_refused(page: Client, digits: Project, at: str) -> None:
    assert do(page, digits, "undo", of="trash", at=at).status_code == 422


def test_runs_come_back_from_the_trash_together(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    do(page, digits, "trash", *runs)
    do(page, digits, "restore", scope="all", next=address(digits, place="trash"))
    assert len(names_in(page.get(address(digits)))) == 6


def test_a_tag_is_given_once_and_taken_away(
    page: Client, digits: Project, alice: User, runs: list[Run]
) -> None:
    edit_run(run=runs[0], by=alice, tags=["good", "old"])
    do(page, digits, "tag", *runs[:2], tag=" good ")
    assert (tags_of(digits)[1], tags_of(digits)[2]) == (["good", "old"], ["good"])
    do(page, digits, "untag", *runs[:2], tag="good")
    assert (tags_of(digits)[1], tags_of(digits)[2]) == (["old"], [])


def test_a_tag_too_many_changes_no_run(
    page: Client, digits: Project, alice: User, runs: list[Run]
) -> None:
    edit_run(run=runs[0], by=alice, tags=[f"t{n}" for n in range(MOST_TAGS)])
    assert do(page, digits, "tag", *runs[:2], tag="good").status_code == 422
    assert tags_of(digits)[2] == []


def test_a_tag_needs_a_name(page: Client, digits: Project, runs: list[Run]) -> None:
    assert do(page, digits, "tag", runs[0], tag=" ").status_code == 422


def test_one_event_tells_of_an_act(page: Client, digits: Project, runs: list[Run]) -> None:
    do(page, digits, "archive", *runs[:3])
    event = AuditEvent.objects.get(action="runs.archive")
    assert event.data["count"] == 3
    assert set(event.data["runs"]) == {str(run.id) for run in runs[:3]}


def test_as_many_statements_for_many_runs_as_for_few(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    counts = []
    for chosen in (runs[:1], runs[1:]):
        with CaptureQueriesContext(connection) as captured:
            do(page, digits, "pin", *chosen)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_more_than_ten_thousand_runs_are_refused(digits: Project, alice: User) -> None:
    ids = [uuid7()] * (bulk.MOST_RUNS + 1)
    with pytest.raises(Invalid, match="10,000"):
        bulk.mark_runs(project=digits, ids=ids, by=alice, act="trash")


def test_only_these_keeps_the_view_and_narrows_it(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    view = address(digits, order="number", cursor="x")
    answer = do(page, digits, "only", runs[0], runs[2], runs[3], next=view)
    assert answer["Location"] == address(digits) + "?order=number&pick=1,3-4"
    assert names_in(page.get(answer["Location"])) == ["run-1", "run-3", "run-4"]


def test_readers_narrow_by_ticks_too(dana: User, digits: Project, runs: list[Run]) -> None:
    client = client_of(dana)
    assert 'name="pick" value="3"' in client.get(address(digits)).content.decode()
    assert names_in(client.get(address(digits, pick=["1", "3"]))) == ["run-3", "run-1"]


def test_two_to_twenty_runs_are_compared(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = do(page, digits, "compare", runs[0], runs[2])
    assert answer["Location"] == address(digits, "compare/") + "?runs=1,3"
    assert do(page, digits, "compare", runs[0]).status_code == 422


@pytest.mark.parametrize("act", ["", "delete", "save"])
def test_an_unknown_act_is_refused(page: Client, digits: Project, act: str) -> None:
    assert do(page, digits, act).status_code == 422


def test_ranges_of_numbers_read_back_as_written() -> None:
    assert compressed([9, 3, 8, 7, 3]) == "3,7-9"
    assert compressed([]) == ""
    assert parse_pick("3,7-9") == "(number >= 7 and number <= 9 or number in (3))"
