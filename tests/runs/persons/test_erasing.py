"""Forgetting a person: a dump of the database names them nowhere, and every result stays."""

import subprocess
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from ahnb_platform.accounts import links, teams
from ahnb_platform.accounts.audit.verifying import verify
from ahnb_platform.accounts.models import ApiToken, AuditEvent, Membership, Role, Team, User
from ahnb_platform.accounts.tokens import verify_token
from ahnb_platform.backups.tools import address_of
from ahnb_platform.database.cluster import programs
from ahnb_platform.errors import Conflict
from projects.models import Project
from projects.queries import project_for_user
from projects.saved_views import save_view
from projects.services import share_project
from runs.archive.archive import archive_of
from runs.freezing import freeze_run
from runs.models import Note, Quote, Run, RunDocument
from runs.notes import add_note
from runs.persons.erasing import erase_person
from runs.persons.surroundings import HOST, USER
from runs.queries import run_for_user
from runs.quotes.services import take_quote
from runs.quotes.values import Choice

from ... import cast
from ...sketches import send_events

EMAIL, NAME = "canary.bird@canary.example", "Canary Bird"
ACCOUNT, MACHINE = "canarylogin", "canary-laptop"
CANARIES = ("canary.bird", "canary bird", ACCOUNT, MACHINE)
SURROUNDINGS = {
    "host": MACHINE,
    "user": ACCOUNT,
    "working_folder": f"/home/{ACCOUNT}/project",
    "command": ["python", f"C:\\Users\\{ACCOUNT}\\train.py"],
    "git": {"commit": "a" * 40, "remote": f"ssh://git@example.org/{ACCOUNT}/code"},
    "variables": {"SLURM_NODE": MACHINE},
}


def bind() -> None:
    """The events of this test as if they were committed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def bird(db: None) -> User:
    return cast.make_person(EMAIL, NAME)


def leave_traces(bird: User) -> Run:
    """Of every kind that a person leaves, on their own and by others; the run is frozen."""
    owner = cast.make_person("owner@example.org", "Owner")
    team = cast.make_team("vision", owner, editors=[bird])
    digits = cast.make_project(team, "digits", owner, description=f"Ask {EMAIL}.")
    other = cast.make_project(cast.make_team("other", owner), "secret", owner)
    share_project(project=other, by=owner, role=Role.READER, user=bird)
    seen = project_for_user(bird, "vision", "digits")
    save_view(project=seen, by=bird, name=f"of {NAME}", address="q=number", is_shared=True)
    links.make_login_link(user=bird, by=owner)
    cast.client_of(bird).get("/")
    cast.token_of(bird, project=digits)
    Client().post("/account/login/", {"login": EMAIL, "password": "wrong"})
    cast.client_of(bird).post("/account/", {"name": NAME, "time_zone": ""})
    run = cast.make_run(digits, bird, name="first", tags=[EMAIL])
    cast.log_points(run, {"loss": [0.5, 0.25]})
    send_events(
        run,
        ("params", {"mail": EMAIL, "a": 1}),
        ("environment", SURROUNDINGS),
        ("code", {"source": f"# {NAME} <{EMAIL.upper()}>", "root": f"/home/{ACCOUNT}/project"}),
    )
    run = run_for_user(bird, run.id)
    add_note(run=run, by=bird, text="It jumps here.")
    add_note(run=run, by=owner, text=f"{NAME} ({EMAIL}) knows why.")
    take_quote(run=run, by=bird, metric="loss", choice=Choice("last"), via="page")
    freeze_run(run=run, by=bird, reason=f"{EMAIL} said so.")
    root = cast.make_person("root@example.org")
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    browser = cast.client_of(User.objects.get(pk=root.pk))
    form = {"email": EMAIL, "name": NAME, "is_active": "on"}
    assert browser.post(f"/admin/accounts/user/{bird.pk}/change/", form).status_code == 302
    return run


def dump() -> str:
    """The database as `pg_dump` writes it."""
    address, environment = address_of(connection)
    command = [programs() / "pg_dump", f"--dbname={address}"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return done.stdout.lower()


@pytest.mark.django_db(transaction=True)
def test_dump_of_the_database_names_them_nowhere(bird: User) -> None:
    run = leave_traces(bird)
    before = dump()
    assert [word for word in CANARIES if word not in before] == []
    head = verify().head
    call_command("eraseperson", EMAIL, yes=True)
    after = dump()
    hits = [line[:300] for line in after.splitlines() if any(word in line for word in CANARIES)]
    assert hits == []
    verdict = verify(head)
    assert verdict.fault == ""
    assert verdict.erased > 10
    assert AuditEvent.objects.get(action="person.erased").data == {"fields": verdict.erased}
    assert Run.objects.get(id=run.id).frozen_at is not None


def test_account_and_all_that_opens_it_are_gone(bird: User, vision: Team, alice: User) -> None:
    teams.add_member(team=vision, user=bird, role=Role.EDITOR, by=alice)
    browser, token = cast.client_of(bird), cast.token_of(bird)
    link = links.make_login_link(user=bird)
    bind()
    erase_person(user=bird, by=alice)
    assert browser.get("/").status_code == 302
    assert cast.Api(token).get("/api/v1/me/").status_code == 401
    assert Client().post(link).status_code == 404
    assert not ApiToken.objects.exists()
    assert not Membership.objects.filter(user_id=bird.pk).exists()
    shell = User.objects.get(pk=bird.pk)
    assert (shell.name, shell.is_active) == (f"Erased person {bird.pk}", False)
    assert not shell.has_usable_password()


def test_results_stay_under_a_nameless_author(bird: User) -> None:
    run = leave_traces(bird)
    owner = User.objects.get(email="owner@example.org")
    before = run_for_user(owner, run.id)
    bind()
    erased = erase_person(user=bird, by=owner)
    after = run_for_user(owner, run.id)
    assert after.user.get_full_name() == erased.label
    assert after.metrics == before.metrics
    assert (after.frozen_at, after.number, after.params["a"]) == (
        before.frozen_at,
        before.number,
        1,
    )
    authors = {note.user.name for note in Note.objects.select_related("user")}
    assert authors == {erased.label, "Owner"}
    assert Quote.objects.select_related("user").get().user.name == erased.label
    assert Quote.objects.get().value == 0.25
    assert b"canary" not in b"".join(archive_of(owner, run.id, server="", within=None)).lower()


def test_surroundings_keep_what_names_nobody(bird: User) -> None:
    run = leave_traces(bird)
    bind()
    erase_person(user=bird, by=None)
    data = RunDocument.objects.get(run_id=run.id, kind="environment").data
    assert data == {
        "host": HOST,
        "user": USER,
        "working_folder": f"/home/{USER}/project",
        "command": ["python", f"C:\\Users\\{USER}\\train.py"],
        "git": {"commit": "a" * 40, "remote": f"ssh://git@example.org/{USER}/code"},
        "variables": {"SLURM_NODE": HOST},
    }


def test_runs_of_others_keep_their_words(bird: User, digits: Project, alice: User) -> None:
    theirs, other = cast.make_run(digits, bird), cast.make_run(digits, alice)
    words = {"params": {"optimizer": "adam", "folder": "/home/adam/data"}}
    for run in (theirs, other):
        surroundings = {"host": "adams-box", "user": "adam"}
        send_events(run, ("environment", surroundings), ("params", words["params"]))
    bind()
    erase_person(user=bird, by=alice)
    params = {run.user_id: run.params for run in Run.objects.all()}
    assert params[alice.pk] == words["params"]
    assert params[bird.pk] == {"optimizer": "adam", "folder": f"/home/{USER}/data"}
    hosts = dict(RunDocument.objects.values_list("run_id", "data__host"))
    assert hosts == {theirs.id: HOST, other.id: "adams-box"}


@pytest.mark.parametrize(
    "kept",
    ["malice@example.org", "alice@example.org.uk", "x.alice@example.org", "alice@example.orgs"],
)
def test_longer_addresses_are_somebody_elses(alice: User, digits: Project, kept: str) -> None:
    bob = cast.make_person("owner@example.org")
    teams.add_member(team=digits.team, user=bob, role=Role.OWNER, by=alice)
    Project.objects.filter(pk=digits.pk).update(description=f"{kept}, alice@example.org.")
    bind()
    erased = erase_person(user=alice, by=bob)
    digits.refresh_from_db()
    assert digits.description == f"{kept}, {erased.label}."


def test_last_owner_of_others_is_not_erased(vision: Team, alice: User, bob: User) -> None:
    with pytest.raises(Conflict, match="another owner"):
        erase_person(user=alice, by=None)
    with pytest.raises(Conflict, match="Somebody else"):
        erase_person(user=bob, by=bob)
    bind()
    erase_person(user=bob, by=None)
    with pytest.raises(Conflict, match="already"):
        erase_person(user=bob, by=None)


def test_command_wants_to_be_told_twice(bird: User) -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("eraseperson", EMAIL)
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("eraseperson", "nobody@example.org", yes=True)
    assert User.objects.get(email=EMAIL).is_active


def test_superuser_forgets_by_typing_the_address_and_nobody_else_does(
    bird: User, alice: User, django_user_model: Any
) -> None:
    root = django_user_model.objects.create_superuser("root@example.org")
    page = f"/people/{bird.pk}/"
    bind()
    assert cast.client_of(alice).get(page).status_code == 404
    assert cast.client_of(alice).post(page, {"email": EMAIL}).status_code == 404
    browser = cast.client_of(root)
    assert EMAIL in browser.get(page).content.decode()
    assert "not the address" in browser.post(page, {"email": "x"}).content.decode()
    assert browser.post(page, {"email": EMAIL.upper()}).status_code == 302
    assert verify_token(cast.token_of(root)) is not None
    assert EMAIL not in browser.get(page).content.decode()
    event = AuditEvent.objects.get(action="person.erased")
    assert (event.actor, event.target_label) == (root, f"Erased person {bird.pk}")
