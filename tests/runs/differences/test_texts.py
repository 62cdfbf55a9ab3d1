"""Lines and cells that differ."""

from hypothesis import given
from hypothesis import strategies as st

from runs.differences.texts import Part, line_difference, paired

TEXTS = st.lists(st.sampled_from(["a", "b", "", "  c"]), max_size=25).map("\n".join)


def test_lines_around_a_change_are_shown_with_their_places() -> None:
    was = "\n".join(map(str, range(20)))
    now = was.replace("\n10\n", "\nten\n")
    shown = list(line_difference(was, now))
    assert shown[0] == ("place", "@@ line 8 → 8 @@")
    assert [text for kind, text in shown if kind in ("added", "removed")] == ["-10", "+ten"]
    assert len(shown) == 9
    assert list(line_difference(was, was)) == []


@given(TEXTS, TEXTS)
def test_lines_of_both_sides_are_all_told(was: str, now: str) -> None:
    shown = list(line_difference(was, now))
    assert bool(shown) == (was.splitlines() != now.splitlines())
    added = [text[1:] for kind, text in shown if kind == "added"]
    assert all(line in now.splitlines() for line in added)
    signs = {"added": "+", "removed": "-", "same": " ", "place": "@"}
    assert all(text.startswith(signs[kind]) for kind, text in shown)


def test_cells_belong_together_by_what_they_share() -> None:
    fit = "model.compile('adam')\nmodel.fit(x, y, epochs=3)"
    one = ["import keras", "x = load()", fit]
    other = ["import keras", "print(1)", "x = load(2)", fit.replace("epochs=3", "epochs=9")]
    assert paired(one, other) == [
        Part(0, 0),
        Part(1, None),
        Part(None, 1),
        Part(None, 2),
        Part(2, 3),
    ]
    assert paired(["a"], ["b"]) == [Part(0, 0)]
    assert paired([], ["b"]) == [Part(None, 0)]


@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=8))
def test_every_cell_is_there_once(one: list[str], other: list[str]) -> None:
    parts = paired(one, other)
    assert [part.before for part in parts if part.before is not None] == list(range(len(one)))
    assert [part.after for part in parts if part.after is not None] == list(range(len(other)))
