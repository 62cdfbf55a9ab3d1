"""The page of the record: who sees which events, what is found, and the same as files."""

import csv
import html
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ahnb_platform.accounts import audit, people, teams
from ahnb_platform.accounts.audit import queries
from ahnb_platform.accounts.models import AuditEvent, Team, User

from .... import cast

PAGE = "/teams/vision/audit/"
FILES = ("/teams/vision/audit.csv", "/teams/vision/audit.jsonl")
SERVER = ("/audit/", "/audit.csv", "/audit.jsonl")


def text_of(user: User, path: str, **query: str) -> str:
    answer = cast.client_of(user).get(path, query)
    assert answer.status_code == 200
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def rows_of(text: str) -> str:
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


@pytest.fixture
def root(db: None) -> User:
    return people.make_superuser(user=cast.make_person("root@example.org"), by=None)


def fill(team: Team | None, count: int, **fields: object) -> None:
    now = timezone.now()
    fields = {"action": "test.done", "actor_label": "x@example.org", "team": team, **fields}
    rows = [AuditEvent(at=now + timedelta(seconds=one), **fields) for one in range(count)]
    AuditEvent.objects.bulk_create(rows)


def test_superuser_sees_the_whole_server_and_nobody_else_does(
    vision: Team, other: Team, root: User, alice: User
) -> None:
    for path in SERVER:
        text = text_of(root, path)
        assert "vision" in text
        assert "other" in text
        assert cast.client_of(alice).get(path).status_code == 404


def test_superuser_who_belongs_to_no_team_does_not_see_its_page(vision: Team, root: User) -> None:
    assert cast.client_of(root).get(PAGE).status_code == 404


def test_pages_lead_from_the_newest_to_the_oldest_and_leave_nothing_out(vision: Team) -> None:
    fill(vision, 120)
    latest = AuditEvent.objects.latest("at").at
    same = [AuditEvent(at=latest, action="test.same", team=vision) for _ in range(60)]
    AuditEvent.objects.bulk_create(same)
    rows, seen, cursor = queries.events(vision, queries.Wanted()), [], ""
    while True:
        page = queries.page_of(rows, cursor)
        seen += [event.pk for event in page.events]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == list(rows.values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == AuditEvent.objects.filter(team=vision).count()


@pytest.mark.parametrize("cursor", ["x", "2026-01-01", "2026-01-01T00:00:00+00:00,x", "9,9", "\0"])
def test_cursor_that_cannot_be_read_begins_at_the_newest(
    vision: Team, alice: User, cursor: str
) -> None:
    assert "team.created" in rows_of(text_of(alice, PAGE, cursor=cursor))


def test_page_is_found_by_who_what_to_what_and_when(vision: Team, alice: User, bob: User) -> None:
    audit.record("test.done", by=bob, target=vision, team=vision)
    found = {
        "actor=bob@example.org": ["test.done"],
        "action=team": ["team.created"],
        "action=member.added": ["member.added"],
        "target=visi": ["test.done", "team.created"],
        f"target={alice.pk}": [],
        "since=2026-01-01&action=test": ["test.done"],
        "until=2026-01-01": [],
    }
    for query, actions in found.items():
        rows = rows_of(cast.client_of(alice).get(f"{PAGE}?{query}").content.decode())
        known = {"test.done", "team.created", "member.added"}
        assert {name for name in known if f">{name}</td>" in rows} == set(actions), query


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"until": "9999-12-31"}, {"actor": "\0"}]
)
def test_day_that_cannot_be_read_is_said_on_the_page(
    vision: Team, alice: User, query: dict[str, str]
) -> None:
    text = text_of(alice, PAGE, **query)
    assert "form-error" in text
    assert "The filter is not understood" in rows_of(text)
    assert "team.created" not in rows_of(text)
    assert "audit.csv" not in text


def test_details_read_as_words_and_what_is_nested_as_json(vision: Team, alice: User) -> None:
    audit.record("test.done", by=alice, team=vision, role="editor", ended={"it's": None}, on=True)
    row = html.unescape(rows_of(text_of(alice, PAGE, action="test.done")))
    assert 'on: true, role: editor, ended: {"it\'s": null}' in row  # as the database orders them


def test_files_hold_what_the_page_was_asked_for(vision: Team, alice: User) -> None:
    fill(vision, 1500, ip="10.0.0.1", data={"formula": "=1+1"})
    rows = list(csv.DictReader(io.StringIO(text_of(alice, FILES[0], action="test.done"))))
    assert len(rows) == 1500
    assert rows[0]["at"] > rows[-1]["at"]
    assert json.loads(rows[0]["data"]) == {"formula": "=1+1"}
    lines = text_of(alice, FILES[1]).splitlines()
    # Those of the team, and that the first file was taken.
    assert len(lines) == AuditEvent.objects.filter(team=vision).count()
    assert json.loads(lines[-1])["action"] == "team.created"


def test_cells_of_the_file_are_never_computed(vision: Team, alice: User) -> None:
    for sign in ("=", "+", "-", "@", "\t", "\r"):
        fill(vision, 1, actor_label=f"{sign}1", target_label=f"{sign}cmd|x", action=f"{sign}a")
    rows = list(csv.reader(io.StringIO(text_of(alice, FILES[0]), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_taking_the_record_away_is_on_record(vision: Team, alice: User) -> None:
    text_of(alice, FILES[0], action="team")
    event = AuditEvent.objects.get(action="export.audit")
    assert (event.actor, event.team) == (alice, vision)
    assert event.data == {"form": "csv", "asked": {"action": "team"}}


def test_events_tell_where_in_the_chain_they_stand(vision: Team, alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    lines = map(json.loads, text_of(alice, FILES[1], action="team.created").splitlines())
    event = AuditEvent.objects.select_related("seal").get(action="team.created")
    assert [(line["seq"], line["hash"]) for line in lines] == [
        (event.seal.seq, bytes(event.seal.hash).hex())
    ]


def test_actions_are_offered_without_looking_at_all_events(vision: Team, alice: User) -> None:
    fill(vision, 50)
    teams.create_team(slug="elsewhere", by=alice)
    audit.record("elsewhere.done", by=alice)
    assert queries.known_actions(vision) == ["member.added", "team.created", "test.done"]
    assert "elsewhere.done" in queries.known_actions(None)


def test_page_is_found_by_an_index(vision: Team) -> None:
    fill(vision, 1500, target_label="often", target_id="17")
    fill(vision, 1, actor_label="rare@example.org", action="rare.done", target_label="rare")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_auditevent")
    for asked in ({}, {"actor": "rare@example.org"}, {"action": "rare.done"}, {"target": "rare"}):
        wanted = queries.Wanted(**asked)
        for team in (vision, None):
            plan = queries.events(team, wanted)[:51].explain()
            assert "Seq Scan" not in plan, asked
            assert "accounts_au" in plan, asked


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_never_a_page(vision: Team, alice: User, path: str) -> None:
    answer = cast.client_of(alice).get(path, {"since": "garbage"})
    assert answer.status_code == 422
