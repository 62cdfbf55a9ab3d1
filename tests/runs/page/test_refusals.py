"""What the pages of a run refuse: they say why, lose no word, and lead back."""

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes, queries
from runs.freezing import freeze_run
from runs.models import Run
from tests.cast import client_of
from tests.sketches import sketch_run


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    sketch_run(digits, alice, name="brave-otter")
    return queries.run_for_user(alice, Run.objects.get().id)


@pytest.mark.parametrize("step", ["1000", "1e3", "1000.0", " 1000 ", "10e2"])
def test_a_step_may_be_written_as_a_number_is(run: Run, bob: User, step: str) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/notes/", {"text": "A spike.", "step": step})
    assert answer.status_code == 302
    assert notes.notes_of(run).get().step == 1000


@pytest.mark.parametrize("step", ["1.5", "-1", "many", "1e400", "1e999999999", "NaN", "9" * 41])
def test_a_faulty_note_comes_back_with_its_text_and_the_fault_beside_the_field(
    run: Run, bob: User, step: str
) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/notes/", {"text": "A spike.", "step": step})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "A spike.</textarea>" in shown
    assert f'value="{step}"' in shown
    assert 'id="id_step_error"' in shown
    assert f'href="/runs/{run.id}/#notes"' in shown
    assert not notes.notes_of(run)


def test_a_frozen_run_offers_nothing_that_it_refuses(run: Run, bob: User) -> None:
    note = notes.add_note(run=run, by=bob, text="Before.")
    freeze_run(run=run, by=bob)
    shown = client_of(bob).get(run.get_absolute_url()).content.decode()
    for address in ("notes/", "edit/", f"notes/{note.id}/", "freeze/"):
        assert f'href="/runs/{run.id}/{address}"' not in shown
        assert f'action="/runs/{run.id}/{address}"' not in shown
    assert "note-text" not in shown
    assert "takes no notes" in shown


def test_a_note_that_was_begun_before_the_freeze_keeps_its_words(run: Run, bob: User) -> None:
    note = notes.add_note(run=run, by=bob, text="Before.")
    freeze_run(run=run, by=bob)
    for address in ("notes/", f"notes/{note.id}/"):
        answer = client_of(bob).post(f"/runs/{run.id}/{address}", {"text": "Long thoughts."})
        assert answer.status_code == 409
        assert "Long thoughts.</textarea>" in answer.content.decode()
        assert "an owner can unfreeze it" in answer.content.decode()


def test_forms_of_a_frozen_run_say_why_there_are_none_and_lead_back(run: Run, bob: User) -> None:
    note = notes.add_note(run=run, by=bob, text="Before.")
    freeze_run(run=run, by=bob)
    for address in ("edit/", f"notes/{note.id}/", "freeze/"):
        answer = client_of(bob).get(f"/runs/{run.id}/{address}")
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "The run is frozen" in shown
        assert "An owner of the project can unfreeze it" in shown
        assert f'href="/runs/{run.id}/"' in shown


def test_freezing_asks_first(run: Run, bob: User) -> None:
    client = client_of(bob)
    asked = client.get(f"/runs/{run.id}/freeze/").content.decode()
    assert "Only an owner of the project can unfreeze it" in asked
    assert Run.objects.get(id=run.id).frozen_at is None
    assert client.post(f"/runs/{run.id}/freeze/").status_code == 302
    assert Run.objects.get(id=run.id).frozen_at is not None


def test_freezing_a_run_that_trains_says_what_becomes_of_its_points(
    digits: Project, bob: User
) -> None:
    run = sketch_run(digits, bob, status="running")
    asked = client_of(bob).get(f"/runs/{run.id}/freeze/").content.decode()
    assert "is refused from then on" in asked


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("1", "That is this run itself"),
        ("99", "There is no run #99"),
        ("best of", "not the number"),
    ],
)
def test_a_difference_to_no_other_run_says_so_and_leads_back(
    run: Run, bob: User, to: str, words: str
) -> None:
    answer = client_of(bob).get(f"/runs/{run.id}/difference/", {"to": to})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert words in shown
    assert f'href="/runs/{run.id}/">' in shown
