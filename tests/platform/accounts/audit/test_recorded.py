"""What leaves a trace: coming and going, tokens, exports, deletions; and floods leave one alone."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from ahnb_platform.accounts import people, tokens
from ahnb_platform.accounts.models import ApiToken, AuditEvent, User
from projects.models import Project
from projects.queries import project_for_user
from projects.saved_views import delete_view, save_view, share_view
from runs.models import Run
from runs.notes import add_note, remove_note
from runs.queries import run_for_user

from .... import cast

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def fresh_cache(db: None) -> None:
    cache.clear()


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return run_for_user(alice, cast.make_run(digits, alice).id)


def told(action: str) -> list[dict[str, Any]]:
    return list(
        AuditEvent.objects.filter(action=action).order_by("id").values_list("data", flat=True)
    )


def log_in(email: str, password: str) -> None:
    Client().post("/account/login/", {"login": email, "password": password})


def test_failed_logins_of_an_account_are_one_row_and_a_number(alice: User) -> None:
    people.set_password(user=alice, password=PASSWORD, by=None)
    for _ in range(5):
        log_in("Alice@example.org", "wrong")
    log_in("nobody@example.org", "wrong")
    assert told("account.login-failed") == [
        {"email": "alice@example.org"},
        {"email": "nobody@example.org"},
    ]
    log_in("alice@example.org", PASSWORD)
    log_in("alice@example.org", PASSWORD)
    assert told("account.login") == [{"failed_before": 5}, {}]


def test_next_window_tells_how_many_the_last_had(alice: User, monkeypatch: Any) -> None:
    from ahnb_platform.accounts import attempts

    for _ in range(3):
        attempts.count_failed_login("alice@example.org")
    monkeypatch.setattr(attempts, "WINDOW", attempts.WINDOW * 0)
    attempts.count_failed_login("alice@example.org")
    assert told("account.login-failed")[1] == {"email": "alice@example.org", "earlier": 3}


def test_refused_token_is_one_row_however_often_it_comes(alice: User, digits: Project) -> None:
    token, text = tokens.issue_token(
        user=alice, by=alice, name="lost", scopes=["read"], project=digits
    )
    tokens.revoke_token(token=token, by=alice)
    for _ in range(3):
        assert cast.Api(text).get("/api/v1/me/").status_code == 401
    event = AuditEvent.objects.get(action="token.refused")
    assert event.data == {"owner": "alice@example.org", "why": "revoked"}
    assert event.team == digits.team
    assert text not in repr(vars(event))


def test_token_that_nobody_has_is_not_recorded(alice: User) -> None:
    text = cast.token_of(alice)
    ApiToken.objects.all().delete()
    for token in (text, "nothing", text[:-1]):
        cast.Api(token).get("/api/v1/me/")
    assert told("token.refused") == []


@pytest.mark.parametrize(
    ("path", "action", "form"),
    [
        ("/runs/{run}/archive.zip", "export.run", "archive"),
        ("/runs/{run}/page.html", "export.run", "page"),
        ("/projects/vision/digits/runs.csv", "export.runs", "csv"),
        ("/projects/vision/digits/table.tex", "export.runs", "table.tex"),
    ],
)
def test_file_that_somebody_takes_away_is_on_record(
    run: Run, bob: User, path: str, action: str, form: str
) -> None:
    answer = cast.client_of(bob).get(path.format(run=run.id))
    assert answer.status_code == 200
    assert answer.getvalue()  # read to its end, so that no snapshot outlives the test
    event = AuditEvent.objects.get(action=action)
    assert (event.actor, event.team, event.data["form"]) == (bob, run.project.team, form)


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/api/v1/runs/{run}/export/", "export.run"),
        ("/api/v1/projects/vision/digits/runs/?format=csv", "export.runs"),
    ],
)
def test_file_that_a_program_takes_away_is_on_record_with_its_token(
    run: Run, bob: User, path: str, action: str
) -> None:
    assert cast.api_of(bob).get(path.format(run=run.id)).getvalue()
    event = AuditEvent.objects.get(action=action)
    assert event.actor == bob
    assert event.token_prefix == ApiToken.objects.get().prefix


def test_sharing_and_deleting_a_view_are_on_record(digits: Project, alice: User) -> None:
    project = project_for_user(alice, "vision", "digits")
    view = save_view(project=project, by=alice, name="best", address="")
    share_view(view=view, by=alice, is_shared=True)
    share_view(view=view, by=alice, is_shared=False)
    delete_view(view=view, by=alice)
    actions = AuditEvent.objects.filter(action__startswith="view.").order_by("id")
    assert [event.action for event in actions] == ["view.shared", "view.unshared", "view.deleted"]


def test_note_that_is_taken_away_is_on_record_once(run: Run, alice: User) -> None:
    note = add_note(run=run, by=alice, text="A remark.")
    remove_note(run=run, note=note, by=alice)
    remove_note(run=run, note=note, by=alice)
    assert told("note.removed") == [{"run": str(run.id), "note": str(note.id)}]
