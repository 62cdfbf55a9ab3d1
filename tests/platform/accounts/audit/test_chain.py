"""The record of acts is a chain: nobody changes it, and whoever does in spite of that is told."""

from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ahnb_platform.accounts import audit, teams
from ahnb_platform.accounts.audit.verifying import Head, verify
from ahnb_platform.accounts.models import AuditEvent, AuditSeal, Role, Team, User

from ....at_once import at_once

ROWS = 9


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def bind() -> None:
    """What happens at the end of a transaction."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def tamper(*statements: str) -> None:
    """As somebody who owns the tables and switches their triggers off."""
    for table in ("accounts_auditevent", "accounts_auditseal"):
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        run(statement)
    for table in ("accounts_auditevent", "accounts_auditseal"):
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def chain(alice: User) -> Head:
    """The head of a chain of `ROWS` rows."""
    bind()
    for number in range(ROWS - AuditEvent.objects.count()):
        audit.record("test.done", by=alice, target=alice, number=number, text='ü " \\ \t 1e300')
    bind()
    return verify().head


def event_of(seq: int) -> int:
    return AuditSeal.objects.get(seq=seq).event_id


def test_each_event_is_bound_to_the_one_before(chain: Head) -> None:
    seals = list(AuditSeal.objects.order_by("seq"))
    assert [seal.seq for seal in seals] == list(range(1, ROWS + 1))
    assert bytes(seals[0].previous) == bytes(32)
    for before, seal in pairwise(seals):
        assert bytes(seal.previous) == bytes(before.hash)
    assert verify().fault == ""
    assert chain == Head(ROWS, bytes(seals[-1].hash))


def test_walk_goes_on_behind_the_rows_that_it_takes_at_once(db: None) -> None:
    rows = [AuditEvent(action="test.done", actor_label="x", ip="::1") for _ in range(1100)]
    AuditEvent.objects.bulk_create(rows)
    bind()
    assert verify().head.seq == AuditEvent.objects.count()
    assert verify().fault == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET action = 'x' WHERE id = %s",
        "UPDATE accounts_auditevent SET actor_label = 'x' WHERE id = %s",
        "UPDATE accounts_auditevent SET data = '{}' WHERE id = %s",
        "DELETE FROM accounts_auditevent WHERE id = %s",
        "UPDATE accounts_auditseal SET seq = 100 WHERE event_id = %s",
        "UPDATE accounts_auditseal SET hash = NULL WHERE event_id = %s",
        "UPDATE accounts_auditseal SET salts = ARRAY[NULL, NULL, NULL, NULL]::uuid[]"
        " WHERE event_id = %s",
        "DELETE FROM accounts_auditseal WHERE event_id = %s",
    ],
)
def test_database_refuses_to_change_a_row(chain: Head, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        run(statement, event_of(3))
    assert verify().fault == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET action = 'x' WHERE id = %s",
        "UPDATE accounts_auditevent SET actor_label = 'x' WHERE id = %s",
        "UPDATE accounts_auditseal SET digests = salts::text[]::bytea[] WHERE event_id = %s",
        "UPDATE accounts_auditseal SET salts[1] = gen_random_uuid() WHERE event_id = %s",
        "DELETE FROM accounts_auditevent WHERE id = %s",
    ],
)
def test_erasing_opens_nothing_but_words_whose_salts_are_gone(chain: Head, statement: str) -> None:
    run("SET LOCAL ahnb.erasing = 'on'")
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement, event_of(3))


def test_erased_words_leave_the_chain_whole_but_not_without_a_record(chain: Head) -> None:
    number = event_of(3)
    run("SET LOCAL ahnb.erasing = 'on'")
    run("UPDATE accounts_auditseal SET salts[1] = NULL WHERE event_id = %s", number)
    run("UPDATE accounts_auditevent SET actor_label = 'erased' WHERE id = %s", number)
    run("SET LOCAL ahnb.erasing = 'off'")
    assert verify().fault == "1 words were erased, but the record tells of 0"
    audit.record("person.erased", by=None, fields=1)
    bind()
    verdict = verify(chain)
    assert (verdict.fault, verdict.erased) == ("", 1)


@pytest.mark.parametrize("table", ["accounts_auditevent", "accounts_auditseal"])
def test_database_refuses_to_empty_the_record(chain: Head, table: str) -> None:
    run(f"ALTER TABLE {table} ENABLE TRIGGER ahnb_audit_whole")
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        run(f"TRUNCATE {table} CASCADE")
    assert AuditEvent.objects.count() == ROWS


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("actor_label", "'mallory'", "row 4 was changed: actor_label"),
        ("target_label", "'mallory'", "row 4 was changed: target_label"),
        ("data", "'{\"number\": 17}'", "row 4 was changed: data"),
        ("ip", "'10.0.0.1'", "row 4 was changed: ip"),
        ("action", "'test.undone'", "row 4 was changed"),
        ("at", "at + interval '1 microsecond'", "row 4 was changed"),
        ("actor_id", "NULL", "row 4 was changed"),
        ("team_id", "17", "row 4 was changed"),
        ("token_prefix", "'0123456789'", "row 4 was changed"),
        ("target_type", "'accounts.team'", "row 4 was changed"),
        ("target_id", "'17'", "row 4 was changed"),
        ("request_id", "'17'", "row 4 was changed"),
    ],
)
def test_changed_field_is_told(chain: Head, field: str, value: str, fault: str) -> None:
    tamper(f"UPDATE accounts_auditevent SET {field} = {value} WHERE id = {event_of(4)}")
    verdict = verify()
    assert verdict.fault == fault
    assert verdict.head.seq == 3


def test_changed_words_and_their_digest_are_told(chain: Head) -> None:
    number = event_of(4)
    tamper(
        f"UPDATE accounts_auditevent SET actor_label = 'mallory' WHERE id = {number}",
        "UPDATE accounts_auditseal seal SET digests = ahnb_audit_digests(event, salts)"
        f" FROM accounts_auditevent event WHERE event.id = event_id AND event_id = {number}",
    )
    assert verify().fault == "row 4 was changed"


def test_deleted_rows_are_told(chain: Head) -> None:
    numbers = f"({event_of(4)}, {event_of(5)})"
    tamper(f"DELETE FROM accounts_auditevent WHERE id IN {numbers}")
    assert verify().fault == "the event of row 4 is missing"
    tamper(f"DELETE FROM accounts_auditseal WHERE event_id IN {numbers}")
    assert verify().fault == "rows 4 to 5 are missing"
    tamper("UPDATE accounts_auditseal SET seq = seq - 2 WHERE seq > 5")
    assert verify().fault == "row 4 does not follow row 3: rows were moved or left out"


def test_deleted_last_rows_are_told_by_a_noted_head(chain: Head) -> None:
    tamper(
        f"DELETE FROM accounts_auditevent WHERE id IN ({event_of(8)}, {event_of(9)})",
        "DELETE FROM accounts_auditseal WHERE seq > 7",
    )
    assert verify().fault == ""
    assert verify(chain).fault == "rows 8 to 9 are missing: they had been noted"
    audit.record("test.done", by=None)
    audit.record("test.done", by=None)
    bind()
    assert "written anew" in verify(chain).fault


def test_exchanged_rows_are_told(chain: Head) -> None:
    tamper(
        "UPDATE accounts_auditseal SET seq = 100 WHERE seq = 3",
        "UPDATE accounts_auditseal SET seq = 3 WHERE seq = 6",
        "UPDATE accounts_auditseal SET seq = 6 WHERE seq = 100",
    )
    assert verify().fault == "row 3 does not follow row 2: rows were moved or left out"


def test_row_that_was_slipped_in_is_told(chain: Head) -> None:
    columns = "actor_label, token_prefix, action, target_type, target_id, target_label, request_id"
    tamper(
        f"INSERT INTO accounts_auditevent (at, data, {columns})"
        " VALUES (now(), '{}', 'x', '', 'x', '', '', '', '')"
    )
    number = AuditEvent.objects.get(action="x").pk
    assert verify().fault == f"event {number} is not in the chain"


def test_command_tells_the_head_and_the_fault(chain: Head, capsys: Any) -> None:
    call_command("verify_audit")
    printed = capsys.readouterr()
    assert printed.out.strip() == str(chain)
    assert f"{ROWS} rows hold." in printed.err
    call_command("verify_audit", since=str(chain))
    tamper(f"UPDATE accounts_auditevent SET action = 'x' WHERE id = {event_of(2)}")
    with pytest.raises(CommandError, match="row 2 was changed"):
        call_command("verify_audit")
    with pytest.raises(CommandError, match="A head is"):
        call_command("verify_audit", since="yesterday")


@pytest.mark.django_db(transaction=True)
def test_parallel_acts_make_one_chain_and_block_nobody() -> None:
    """Services record in the middle of their work and lock rows before and after."""
    owner = User.objects.create_user("owner@example.org")
    guests = [User.objects.create_user(f"guest{number}@example.org") for number in range(6)]
    shared = teams.create_team(slug="shared", by=owner)

    def work(number: int) -> None:
        team = teams.create_team(slug=f"team-{number}", by=owner)
        for guest in guests[number % 2 :: 2]:
            teams.add_member(team=team, user=guest, role=Role.READER, by=owner)
        with transaction.atomic():
            audit.record("test.early", by=owner, target=shared)
            Team.objects.select_for_update().get(pk=shared.pk)
            audit.record("test.late", by=owner, target=shared)

    at_once([partial(work, number) for number in range(6)])
    assert verify().fault == ""
    assert verify().head.seq == AuditEvent.objects.count()


def test_migration_binds_what_was_recorded_before(chain: Head) -> None:
    """As it finds a database of an older release: events, and nothing that binds them."""
    migration = import_module("ahnb_platform.accounts.migrations.0003_audit_chain")
    run(migration.UNDONE)
    run("DELETE FROM accounts_auditseal")
    run("DELETE FROM accounts_auditevent WHERE id = (SELECT min(id) FROM accounts_auditevent)")
    run(migration.HASHING + migration.BINDING + migration.FORMER_EVENTS + migration.GUARDING)
    assert verify().fault == ""
    assert verify().head.seq == ROWS - 1
    ids = list(AuditSeal.objects.order_by("seq").values_list("event_id", flat=True))
    assert ids == sorted(AuditEvent.objects.values_list("id", flat=True))
    audit.record("test.done", by=None)
    bind()
    assert verify().head.seq == ROWS
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        run("DELETE FROM accounts_auditevent")
