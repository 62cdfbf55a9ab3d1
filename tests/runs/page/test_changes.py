"""The page of one run: who may change what."""

import uuid

import pytest

from ahnb_platform.accounts.models import User
from runs import services
from runs.models import Run
from tests.cast import client_of
from tests.house.routes.answers import fingerprint

from .reading import text_of


def test_stranger_gets_the_404_of_a_missing_run(charlie: User, run: Run) -> None:
    client = client_of(charlie)
    for part in ("", "live/", "series/?metric=loss", "edit/"):
        hidden = client.get(f"/runs/{run.id}/{part}")
        missing = client.get(f"/runs/{uuid.uuid4()}/{part}")
        assert hidden.status_code == missing.status_code == 404
        assert fingerprint(hidden) == fingerprint(missing)


def test_reader_sees_everything_and_changes_nothing(dana: User, run: Run) -> None:
    client = client_of(dana)
    shown = client.get(run.get_absolute_url()).content.decode()
    assert "Edit" not in shown.partition("<main")[2].partition("</h1>")[2][:3000]
    assert "note-text" not in shown
    assert client.get(f"/runs/{run.id}/edit/").status_code == 403
    assert client.post(f"/runs/{run.id}/edit/", {"name": "x"}).status_code == 403
    assert client.post(f"/runs/{run.id}/notes/", {"text": "x"}).status_code == 403
    assert client.post(f"/runs/{run.id}/place/", {"act": "trash"}).status_code == 403


def test_editor_changes_name_tags_and_notes(bob: User, run: Run) -> None:
    changes = {"name": "calm-heron", "group": "wide", "tags": "final, table 2,", "notes": "Look."}
    answer = client_of(bob).post(f"/runs/{run.id}/edit/", changes)
    assert answer.status_code == 302
    run.refresh_from_db()
    assert (run.name, run.group, run.tags, run.notes) == (
        "calm-heron",
        "wide",
        ["final", "table 2"],
        "Look.",
    )


def test_a_faulty_edit_comes_back_with_its_fault(bob: User, run: Run) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/edit/", {"name": "a\u202eb"})
    assert answer.status_code == 200
    assert "control characters" in answer.content.decode()
    run.refresh_from_db()
    assert run.name == "brave-otter"


def test_a_note_is_anchored_to_its_step(bob: User, run: Run) -> None:
    client = client_of(bob)
    answer = client.post(f"/runs/{run.id}/notes/", {"text": "A <b>bump</b>", "step": "2"})
    assert answer["Location"].startswith(f"/runs/{run.id}/#note-")
    shown = client.get(run.get_absolute_url())
    assert "A &lt;b&gt;bump&lt;/b&gt;" in shown.content.decode()
    assert "Bob at step 2 · just now" in text_of(shown)


def test_a_note_without_words_is_refused_on_the_page(bob: User, run: Run) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/notes/", {"text": " "})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


@pytest.mark.parametrize(("act", "field"), [("trash", "trashed_at"), ("archive", "archived_at")])
def test_editor_puts_a_run_away_and_takes_it_back(
    bob: User, run: Run, act: str, field: str
) -> None:
    client = client_of(bob)
    back = {"trash": "restore", "archive": "unarchive"}[act]
    client.post(f"/runs/{run.id}/place/", {"act": act})
    run.refresh_from_db()
    assert getattr(run, field) is not None
    assert back in client.get(run.get_absolute_url()).content.decode()
    client.post(f"/runs/{run.id}/place/", {"act": back})
    run.refresh_from_db()
    assert getattr(run, field) is None


def test_a_trashed_run_takes_no_note(bob: User, run: Run) -> None:
    services.trash_run(run=run, by=bob)
    assert client_of(bob).post(f"/runs/{run.id}/notes/", {"text": "x"}).status_code == 410


def test_unknown_act_is_refused(bob: User, run: Run) -> None:
    assert client_of(bob).post(f"/runs/{run.id}/place/", {"act": "burn"}).status_code == 422
