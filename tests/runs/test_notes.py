"""Notes: written, changed, taken away, found; on a run's page and on the project's."""

import uuid

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Gone, Invalid, NotAllowed
from projects.models import Project
from projects.queries import project_for_user
from runs import notes, queries, services
from runs.models import Note, Run
from runs.pages.noted import MOST_NOTES
from tests.cast import client_of, make_run
from tests.sketches import sketch_run


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    sketch_run(digits, alice, name="brave-otter")
    return queries.run_for_user(alice, Run.objects.get().id)


def written(run: Run, by: User, text: str = "A spike.", step: int | None = None) -> Note:
    return notes.add_note(run=run, by=by, text=text, step=step)


def page_of(user: User, address: str) -> str:
    return client_of(user).get(address).content.decode()


def test_ones_own_note_can_be_changed(run: Run, alice: User) -> None:
    note = written(run, alice, step=2)
    notes.edit_note(run=run, note=note, by=alice, text=" No spike. ", step=3)
    [found] = notes.notes_of(run)
    assert (found.text, found.step) == ("No spike.", 3)
    assert found.edited_at is not None


def test_nobody_changes_what_somebody_else_wrote(run: Run, alice: User, bob: User) -> None:
    note = written(run, bob)
    with pytest.raises(NotAllowed):
        notes.edit_note(run=run, note=note, by=alice, text="Mine.")
    as_bob = queries.run_for_editor(bob, run.id)
    with pytest.raises(NotAllowed):
        notes.remove_note(run=as_bob, note=written(run, alice), by=bob)


def test_an_owner_takes_away_and_brings_back(run: Run, alice: User, bob: User) -> None:
    note = written(run, bob)
    notes.remove_note(run=run, note=note, by=alice)
    assert not notes.notes_of(run)
    assert Note.objects.count() == 1
    notes.restore_note(run=run, note=note, by=alice)
    assert [found.text for found in notes.notes_of(run)] == ["A spike."]


def test_a_note_without_words_or_on_a_run_in_the_trash_is_refused(run: Run, alice: User) -> None:
    note = written(run, alice)
    for text in ("", " \n", "x" * 20_001):
        with pytest.raises(Invalid):
            notes.edit_note(run=run, note=note, by=alice, text=text)
    services.trash_run(run=run, by=alice)
    for act in (notes.remove_note, notes.restore_note):
        with pytest.raises(Gone):
            act(run=run, note=note, by=alice)


def test_the_page_shows_markdown_and_links_to_runs(run: Run, digits: Project, alice: User) -> None:
    other = make_run(digits, alice)
    written(run, alice, f"**Calmer** than #{other.number}, unlike #99. <script>")
    shown = page_of(alice, run.get_absolute_url())
    assert f'<strong>Calmer</strong> than <a href="{digits.get_absolute_url()}runs/2/"' in shown
    assert "unlike #99. &lt;script&gt;" in shown


def test_the_words_on_the_whole_run_are_markdown_too(run: Run, alice: User) -> None:
    services.edit_run(run=run, by=alice, notes="- wider\n- deeper")
    assert "<li>wider</li>" in page_of(alice, run.get_absolute_url())


def test_only_the_last_of_many_are_on_the_runs_page(run: Run, alice: User) -> None:
    for number in range(MOST_NOTES + 5):
        written(run, alice, f"remark {number}", step=number)
    shown = page_of(alice, run.get_absolute_url())
    assert f"All {MOST_NOTES + 5} notes" in shown
    assert "<p>remark 4</p>" not in shown
    assert "<p>remark 5</p>" in shown
    # The charts mark them all the same.
    assert '"remark 4"' in page_of(alice, f"{run.get_absolute_url()}marks/")


def test_the_pen_is_shown_to_whom_it_belongs(run: Run, alice: User, bob: User) -> None:
    note = written(run, bob)
    address = f"/runs/{run.id}/notes/{note.id}/"
    assert address in page_of(bob, run.get_absolute_url())
    assert address not in page_of(alice, run.get_absolute_url())


def test_changing_and_taking_away_on_the_pages(run: Run, bob: User) -> None:
    note, client = written(run, bob), client_of(bob)
    address = f"/runs/{run.id}/notes/{note.id}/"
    assert "A spike." in client.get(address).content.decode()
    assert client.post(address, {"text": ""}).status_code == 422
    answer = client.post(address, {"text": "A step.", "step": ""})
    assert answer["Location"] == f"/runs/{run.id}/#note-{note.id}"
    assert "Bring it back" in client.post(address, {"act": "remove"}).content.decode()
    assert "A step." not in client.get(run.get_absolute_url()).content.decode()
    client.post(address, {"act": "restore"})
    assert "A step." in client.get(run.get_absolute_url()).content.decode()
    assert client.post(address, {"act": "burn"}).status_code == 422


def test_a_note_of_another_run_is_not_here(run: Run, digits: Project, alice: User) -> None:
    note = written(make_run(digits, alice), alice)
    client = client_of(alice)
    for found in (note.id, uuid.uuid4()):
        assert client.get(f"/runs/{run.id}/notes/{found}/").status_code == 404


def test_new_notes_come_while_the_run_trains(digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    written(run, alice, "from the notebook")
    part = client_of(alice).get(f"/runs/{run.id}/notes/", headers={"HX-Request": "true"})
    assert "from the notebook" in part.content.decode()
    assert 'hx-trigger="ahnb:points from:body' in part.content.decode()


class TestTheProject:
    @pytest.fixture
    def listed(self, digits: Project) -> str:
        return f"{digits.get_absolute_url()}notes/"

    def test_all_notes_are_listed_the_newest_first(
        self, run: Run, digits: Project, alice: User, bob: User, listed: str
    ) -> None:
        written(run, alice, "older")
        written(make_run(digits, bob, name="calm-heron"), bob, "newer", step=1200)
        shown = page_of(alice, listed)
        assert shown.index("<p>newer") < shown.index("<p>older")
        assert "#2 calm-heron</a> · at step 1,200" in shown

    def test_they_are_found_by_words_and_by_run(
        self, run: Run, digits: Project, alice: User, listed: str
    ) -> None:
        written(run, alice, "The Loss jumps 100%")
        written(make_run(digits, alice), alice, "calm")
        assert "jumps" in page_of(alice, f"{listed}?find=LOSS+jumps+100%25")
        assert "calm" not in page_of(alice, f"{listed}?find=loss")
        assert "jumps" not in page_of(alice, f"{listed}?run=2")
        assert "No note holds this" in page_of(alice, f"{listed}?find=_oss")

    def test_trash_and_what_was_taken_away_are_left_out(
        self, run: Run, digits: Project, alice: User, listed: str
    ) -> None:
        thrown = make_run(digits, alice)
        written(thrown, alice, "in the trash")
        services.trash_run(run=thrown, by=alice)
        notes.remove_note(run=run, note=written(run, alice, "taken away"), by=alice)
        assert "Nothing noted yet" in page_of(alice, listed)

    def test_pages_follow_each_other_without_gap_or_double(
        self, run: Run, digits: Project, alice: User
    ) -> None:
        for number in range(2 * notes.PAGE + 3):
            written(run, alice, f"{number}")
        Note.objects.update(created_at=run.started_at)
        project, cursor, texts = project_for_user(alice, "vision", "digits"), "", []
        for _ in range(3):
            found = notes.search_notes(project, cursor=cursor)
            texts += [note.text for note in found.notes]
            cursor = found.next_cursor
        assert cursor == ""
        assert sorted(texts, key=int) == [f"{number}" for number in range(2 * notes.PAGE + 3)]

    @pytest.mark.parametrize(
        "query",
        ["cursor=x", "cursor=2026-01-01,", "cursor=9999-99-99T00:00,x", "run=x", "run=-1",
         "run=99999999999", "find=%00", "find=%ED%A0%80", "cursor=0001-01-01T00:00:00%2B23:59,"
         "01a218c7-c8af-702b-a999-28235c8bf882", "run=%D9%A1"],
    )  # fmt: skip
    def test_odd_addresses_are_answered(self, page: Client, listed: str, query: str) -> None:
        assert page.get(f"{listed}?{query}").status_code == 200

    @pytest.fixture
    def page(self, alice: User) -> Client:
        return client_of(alice)
