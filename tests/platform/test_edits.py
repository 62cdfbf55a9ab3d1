"""Two people change the same texts: what is written, and what is refused."""

import pytest

from ahnb_platform.edits import Overtaken, marks_of, own_changes

SEEN = {"name": "calm", "notes": "first\nsecond"}


def test_a_program_that_saw_nothing_writes_all() -> None:
    assert own_changes("", SEEN, {"name": "calm", "notes": ""}) == {"name", "notes"}


def test_what_the_sender_left_stays_as_somebody_else_wrote_it() -> None:
    stored = {**SEEN, "notes": "theirs"}
    assert own_changes(marks_of(SEEN), stored, {**SEEN, "name": "wild"}) == {"name"}


def test_what_both_changed_is_refused_and_named() -> None:
    stored = {"name": "theirs", "notes": "first\nsecond"}
    with pytest.raises(Overtaken) as refused:
        own_changes(marks_of(SEEN), stored, {"name": "wild", "notes": "mine"})
    assert refused.value.contested == {"name"}
    assert refused.value.own == {"name", "notes"}


def test_who_writes_the_same_as_somebody_else_hears_nothing() -> None:
    stored = {**SEEN, "name": "wild"}
    assert own_changes(marks_of(SEEN), stored, {**SEEN, "name": "wild"}) == set()


def test_what_a_browser_makes_of_a_text_is_no_change() -> None:
    sent = {"name": "calm", "notes": "first\r\nsecond"}
    assert own_changes(marks_of({**SEEN, "notes": " first\nsecond\n"}), SEEN, sent) == set()


@pytest.mark.parametrize("seen", ["nonsense", "name:", "name:00 name:11", ":", "\ud800:x"])
def test_marks_that_are_none_never_write_over_another_text(seen: str) -> None:
    with pytest.raises(Overtaken):
        own_changes(seen, SEEN, {"name": "wild"})
