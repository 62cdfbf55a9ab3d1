"""A person takes their data away: all of it, nothing of others, and no secret."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ahnb_platform.accounts.models import ApiToken, AuditEvent, User
from projects.models import Project
from runs.notes import add_note
from runs.queries import run_for_user

from ... import cast

FILES = ["profile", "memberships", "shares", "tokens", "views", "runs", "notes", "quotes"]
FILES += ["files", "mutes", "events"]


def opened(content: bytes) -> dict[str, Any]:
    """The tables of a zip, each as its JSON says; the CSV must have as many rows."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert set(file.namelist()) == {
            "manifest.json",
            *(f"{one}.{end}" for one in FILES for end in ("json", "csv")),
        }
        found = {name: json.loads(file.read(f"{name}.json")) for name in FILES}
        for name, rows in found.items():
            text = io.StringIO(file.read(f"{name}.csv").decode(), newline="")
            assert len(list(csv.DictReader(text))) == len(rows)
        return found


@pytest.fixture
def token(digits: Project, alice: User, bob: User) -> str:
    """Bob's token; he and alice each have a run with a note."""
    for user in (alice, bob):
        run = run_for_user(user, cast.make_run(digits, user, name=f"of {user.email}").id)
        add_note(run=run, by=user, text=f"=Remark of {user.email}")
    return cast.token_of(bob)


def test_everybody_takes_their_own_data_and_none_of_others(token: str, bob: User) -> None:
    answer = cast.client_of(bob).get("/account/export/")
    content = answer.getvalue()
    found = opened(content)
    assert found["profile"][0]["email"] == "bob@example.org"
    assert found["memberships"][0]["team__slug"] == "vision"
    assert [run["name"] for run in found["runs"]] == ["of bob@example.org"]
    assert [note["text"] for note in found["notes"]] == ["=Remark of bob@example.org"]
    assert {event["action"] for event in found["events"]} >= {"member.added", "token.issued"}
    assert "alice" not in json.dumps([found["runs"], found["notes"], found["tokens"]])
    assert AuditEvent.objects.get(action="export.person").actor == bob


def test_secrets_do_not_leave(token: str, bob: User) -> None:
    content = cast.client_of(bob).get("/account/export/").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        text = b"".join(map(file.read, file.namelist())).decode()
    assert ApiToken.objects.get().prefix in text
    assert token not in text
    assert bytes(ApiToken.objects.get().digest).hex() not in text
    assert "digest" not in text
    assert "password" not in text


def test_superuser_takes_anybodys(token: str, bob: User, alice: User) -> None:
    path = f"/people/{bob.pk}/export/"
    assert cast.client_of(alice).get(path).status_code == 404
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    answer = cast.client_of(alice).get(path)
    assert opened(answer.getvalue())["profile"][0]["email"] == "bob@example.org"
    assert cast.client_of(alice).get("/people/987654321/export/").status_code == 404


def test_command_writes_a_new_file(token: str, tmp_path: Path) -> None:
    call_command("exportperson", "bob@example.org", str(tmp_path / "bob.zip"))
    assert len(opened((tmp_path / "bob.zip").read_bytes())["runs"]) == 1
    with pytest.raises(CommandError, match="File exists"):
        call_command("exportperson", "bob@example.org", str(tmp_path / "bob.zip"))
