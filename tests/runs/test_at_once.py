"""Two browser tabs change the same note or the same run: neither text is lost."""

import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes, queries, services
from runs.models import Note, Run
from tests.cast import client_of
from tests.sketches import sketch_run


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    sketch_run(digits, alice, name="brave-otter")
    return queries.run_for_user(alice, Run.objects.get().id)


def seen_on(page: str) -> str:
    """The marks that the form carries."""
    [marks] = re.findall(r'name="seen" value="([^"]+)"', page)
    return marks


def opened(client: Client, address: str) -> str:
    return seen_on(client.get(address).content.decode())


class TestNote:
    @pytest.fixture
    def note(self, run: Run, bob: User) -> Note:
        return notes.add_note(run=run, by=bob, text="A spike.", step=3)

    @pytest.fixture
    def address(self, run: Run, note: Note) -> str:
        return f"/runs/{run.id}/notes/{note.id}/"

    def test_the_second_tab_is_shown_both_texts_and_saves_again(
        self, address: str, note: Note, bob: User
    ) -> None:
        client = client_of(bob)
        seen = opened(client, address)
        client.post(address, {"text": "From the first tab.", "step": "3", "seen": seen})
        sent = {"text": "From the second tab.", "step": "3"}
        answer = client.post(address, {**sent, "seen": seen})
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "From the first tab." in shown
        assert "From the second tab.</textarea>" in shown
        note.refresh_from_db()
        assert note.text == "From the first tab."
        again = client.post(address, {**sent, "seen": seen_on(shown)})
        assert again.status_code == 302
        note.refresh_from_db()
        assert note.text == "From the second tab."

    def test_changes_of_different_fields_are_both_kept(
        self, address: str, note: Note, bob: User
    ) -> None:
        client = client_of(bob)
        seen = opened(client, address)
        client.post(address, {"text": "A spike.", "step": "5", "seen": seen})
        answer = client.post(address, {"text": "A dip.", "step": "3", "seen": seen})
        assert answer.status_code == 302
        note.refresh_from_db()
        assert (note.text, note.step) == ("A dip.", 5)

    def test_a_note_that_was_taken_away_meanwhile_comes_back_only_if_it_is_meant(
        self, run: Run, address: str, note: Note, bob: User
    ) -> None:
        client = client_of(bob)
        seen = opened(client, address)
        client.post(address, {"act": "remove"})
        sent = {"text": "Still true.", "step": "3"}
        shown = client.post(address, {**sent, "seen": seen})
        assert shown.status_code == 409
        assert "This note was taken away." in shown.content.decode()
        assert not notes.notes_of(run)
        client.post(address, {**sent, "seen": seen_on(shown.content.decode())})
        assert [one.text for one in notes.notes_of(run)] == ["Still true."]


class TestRun:
    def test_both_texts_are_shown_and_what_only_others_changed_stays(
        self, run: Run, alice: User, bob: User
    ) -> None:
        address, first, second = f"/runs/{run.id}/edit/", client_of(alice), client_of(bob)
        as_it_was = services.texts_of(run)
        seen = opened(first, address)
        sent = {**as_it_was, "notes": "Alice's", "tags": "good", "seen": seen}
        assert first.post(address, sent).status_code == 302
        late = {**as_it_was, "name": "calm-heron", "notes": "Bob's", "seen": seen}
        answer = second.post(address, late)
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "Alice&#x27;s" in shown
        assert "Bob&#x27;s</textarea>" in shown
        assert 'name="tags" value="good"' in shown
        kept = Run.objects.get(id=run.id)
        assert (kept.name, kept.notes, kept.tags) == ("brave-otter", "Alice's", ["good"])
        merged = {**late, "notes": "Alice's and Bob's", "tags": "good", "seen": seen_on(shown)}
        assert second.post(address, merged).status_code == 302
        kept = Run.objects.get(id=run.id)
        assert (kept.name, kept.notes, kept.tags) == ("calm-heron", "Alice's and Bob's", ["good"])

    def test_a_tag_with_a_comma_is_not_cut_by_whoever_changes_the_name(
        self, run: Run, alice: User
    ) -> None:
        services.edit_run(run=run, by=alice, tags=["wide, deep"])
        client, address = client_of(alice), f"/runs/{run.id}/edit/"
        seen = opened(client, address)
        client.post(address, {"name": "calm-heron", "tags": '"wide, deep"', "seen": seen})
        assert Run.objects.get(id=run.id).tags == ["wide, deep"]
