"""The operator's commands, as a shell runs them."""

import io
import re
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ahnb_platform.accounts import links, people, tokens
from ahnb_platform.accounts.addresses import USUAL
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from projects.models import Project

PASSWORD = "correct horse battery"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, settings, tmp_path):
    """What stands on standard input; the data directory is of a server never started."""
    settings.DATA_DIR = tmp_path

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    put("")
    return put


def run(*arguments: str) -> tuple[str, str]:
    """Standard output and error of a command."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_adduser_prints_a_link_that_works(db: None, typed) -> None:
    out, _ = run("adduser", "Alice@Example.org", "--team", "vision", "--role", "owner")
    assert re.fullmatch(rf"{re.escape(USUAL)}/account/link/[\w-]+/\n", out)
    member = Membership.objects.get()
    assert (member.user.email, member.team.slug) == ("alice@example.org", "vision")
    assert member.role == Role.OWNER
    assert Client().post(out.strip().removeprefix(USUAL)).status_code == 302


@pytest.mark.parametrize(
    ("arguments", "minutes"),
    [
        (("adduser", "ada@example.org", "--superuser"), 15),
        (("adduser", "ada@example.org"), 72 * 60),
        (("loginlink", "ada@example.org"), 15),
        (("loginlink", "ada@example.org", "--hours", "2"), 120),
    ],
)
def test_a_link_of_the_command_line_is_short_lived(
    db: None, typed, arguments: tuple[str, ...], minutes: int
) -> None:
    if arguments[0] == "loginlink":
        people.create_person(email="ada@example.org", by=None)
    out, told = run(*arguments)
    link = links.open_link(out.strip().removeprefix(f"{USUAL}/account/link/").strip("/"))
    assert round((link.expires_at - link.created_at).total_seconds() / 60) == minutes
    if arguments[0] == "adduser":
        assert f"within {'15 minutes' if minutes == 15 else '72 hours'}" in told


def test_the_link_begins_with_the_public_address(db: None, typed, settings) -> None:
    settings.PUBLIC_URL = "https://ahnb.example.org"
    out, _ = run("adduser", "alice@example.org")
    assert out.startswith("https://ahnb.example.org/account/link/")


def test_the_link_begins_where_the_server_was_last_started(db: None, typed, tmp_path) -> None:
    (tmp_path / "server.url").write_text("http://127.0.0.1:9001\n")
    out, _ = run("adduser", "alice@example.org")
    assert out.startswith("http://127.0.0.1:9001/account/link/")


def test_a_line_of_standard_input_is_the_password(db: None, typed) -> None:
    typed(f"{PASSWORD}\nnot this\n")
    out, _ = run("adduser", "alice@example.org")
    assert out == ""
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("text", ["", "\n"])
def test_no_or_an_empty_line_means_a_link(db: None, typed, text: str) -> None:
    typed(text)
    out, _ = run("adduser", "alice@example.org")
    assert "/account/link/" in out
    assert not User.objects.get().has_usable_password()


def test_a_terminal_is_never_waited_for(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, size: int | None = -1) -> str:
            raise AssertionError("the command asked")

    monkeypatch.setattr(sys, "stdin", Terminal())
    out, _ = run("adduser", "alice@example.org")
    assert "/account/link/" in out


def test_a_weak_password_adds_nobody(db: None, typed) -> None:
    typed("short\n")
    with pytest.raises(CommandError, match="too short"):
        run("adduser", "alice@example.org", "--team", "vision", "--role", "owner")
    assert not User.objects.exists()
    assert not Team.objects.exists()


def test_a_known_person_joins_a_team_and_keeps_the_password(db: None, typed) -> None:
    typed(f"{PASSWORD}\n")
    run("adduser", "alice@example.org")
    typed("")
    run("adduser", "alice@example.org", "--team", "vision", "--role", "owner")
    assert User.objects.get().check_password(PASSWORD)
    assert Membership.objects.get().role == Role.OWNER


def test_a_member_gets_the_role_that_is_named(vision: Team, dana: User, typed) -> None:
    run("adduser", "dana@example.org", "--team", "vision", "--role", "editor")
    assert Membership.objects.get(user=dana).role == Role.EDITOR


def test_the_last_owner_stays(vision: Team, typed) -> None:
    with pytest.raises(CommandError, match="owner"):
        run("adduser", "alice@example.org", "--team", "vision", "--role", "reader")


def test_a_superuser_reaches_the_admin_site(db: None, typed) -> None:
    typed(f"{PASSWORD}\n")
    run("adduser", "root@example.org", "--superuser")
    user = User.objects.get()
    assert (user.is_superuser, user.is_staff) == (True, True)
    assert AuditEvent.objects.filter(action="person.made-superuser").exists()


def test_nobody_else_does(db: None, typed) -> None:
    run("adduser", "alice@example.org")
    assert not User.objects.get().is_superuser


@pytest.mark.parametrize(
    "arguments",
    [
        ("adduser", "no address"),
        ("adduser", "a@example.org", "--team", "vision"),
        ("adduser", "a@example.org", "--role", "owner"),
        ("adduser", "a@example.org", "--team", "Bad Slug", "--role", "owner"),
        ("adduser", "a@example.org", "--team", "vision", "--role", "king"),
        ("addproject", "vision"),
        ("addproject", "nothing/digits"),
        ("addproject", "vision/Bad Slug"),
        ("addproject", "vision/digits"),
        ("addproject", "vision/a/b"),
        ("addtoken", "nobody@example.org", "--name", "t"),
        ("addtoken", "alice@example.org"),
        ("addtoken", "alice@example.org", "--name", ""),
        ("addtoken", "alice@example.org", "--name", "t", "--scope", "everything"),
        ("addtoken", "alice@example.org", "--name", "t", "--project", "other/secret"),
        ("addtoken", "alice@example.org", "--name", "t", "--project", "vision"),
        ("addtoken", "alice@example.org", "--name", "t", "--days", "0"),
        ("addtoken", "alice@example.org", "--name", "t", "--days", "many"),
    ],
)
def test_mistakes_are_told_in_one_line(
    digits: Project, secret: Project, typed, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert str(refusal.value).strip()
    assert "\n" not in str(refusal.value)


def test_addproject_makes_one(vision: Team, typed) -> None:
    run("addproject", "vision/faces")
    assert Project.objects.get(slug="faces").team == vision
    event = AuditEvent.objects.get(action="project.created")
    assert (event.actor, event.actor_label) == (None, "command line")


def test_addtoken_prints_the_token_alone(alice: User) -> None:
    out, _ = run("addtoken", "alice@example.org", "--name", "laptop")
    token = tokens.verify_token(out.removesuffix("\n"))
    assert token is not None
    assert (token.user, token.name) == (alice, "laptop")
    assert token.scopes == ["read", "runs:write"]
    assert (token.project, token.expires_at) == (None, None)


def test_addtoken_takes_scope_project_and_days(digits: Project, alice: User) -> None:
    arguments = ["--scope", "read", "--project", "vision/digits", "--days", "7"]
    out, _ = run("addtoken", "alice@example.org", "--name", "t", *arguments)
    token = tokens.verify_token(out.strip())
    assert token is not None
    assert (token.scopes, token.project_id) == (["read"], digits.pk)
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days in (6, 7)
