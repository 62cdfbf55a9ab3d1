"""Tags in one line are the same tags when they are read again."""

from hypothesis import given
from hypothesis import strategies as st

from runs.tags import in_a_line, out_of_a_line

TAGS = st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1), max_size=5)


@given(TAGS)
def test_a_line_holds_every_tag(tags: list[str]) -> None:
    assert out_of_a_line(in_a_line(tags)) == tags


def test_people_write_commas_and_spaces() -> None:
    assert out_of_a_line(' a,b ,, "c, d" ') == ["a", "b", "c, d"]
    assert in_a_line(["a", "c, d"]) == 'a, "c, d"'


def test_a_quote_that_is_not_closed_reaches_to_the_end() -> None:
    assert out_of_a_line('a, "b, c') == ["a", "b, c"]
