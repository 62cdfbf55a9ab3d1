"""What the charts are sent of runs that were drawn before: their places, not their values."""

import re
from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..sketches import sketch_run
from .reading import address, queries_of

Data = dict[str, Any]


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(1, 13):
        params = {"width": 2**number, "kind": ("adam", "sgd", "lion")[number % 3], "odd": number}
        if number == 5:
            params["odd"] = "many"
        if number == 7:
            del params["width"]
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1, 1 / number), params=params)


def data_of(page: Client, digits: Project, **parameters: str) -> Data:
    answer = page.get(address(digits, "charts/", **parameters))
    assert answer.status_code == 200
    return dict(answer.json())


def beside(page: Client, digits: Project, base: Data, old: str, **parameters: str) -> Data:
    """What is sent to who has drawn `base`, the answer to the address `old`."""
    return data_of(page, digits, base=old, tag=base["tag"], **parameters)


def completed(answer: Data, base: Data) -> Data:
    """What a browser makes of a short answer."""
    known = {axis["key"]: axis for axis in (*base["columns"], base["objective"])}

    def joined(old: list[Any], new: list[Any]) -> list[Any]:
        rest = iter(new)
        return [next(rest) if place is None else old[place] for place in answer["places"]]

    def whole(axis: Data) -> Data:
        if not axis.get("isKnown"):
            return axis
        values = known[axis["key"]]["values"]
        if axis["type"] == "category":
            texts = [None if at is None else known[axis["key"]]["categories"][at] for at in values]
            numbers = {text: place for place, text in enumerate(axis["categories"])}
            values = [numbers.get(text) for text in texts]
        shown = {name: value for name, value in axis.items() if name != "isKnown"}
        return shown | {"values": joined(values, axis["values"])}

    runs = {name: joined(base["runs"][name], new) for name, new in answer["runs"].items()}
    rest = {name: value for name, value in answer.items() if name != "places"}
    columns = [whole(axis) for axis in answer["columns"]]
    objective = answer["objective"] and whole(answer["objective"])
    return rest | {"runs": runs, "columns": columns, "objective": objective}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "params.width > 30"),
        ("", 'params.kind in ("adam", "lion")'),
        ("", "params.width > 99999"),
        ("params.width > 30", "params.width < 300"),
        ("params.width > 30", ""),
        ('params.odd = "many"', "params.odd < 9"),
    ],
)
def test_a_short_answer_says_what_the_whole_one_says(
    page: Client, digits: Project, old: str, new: str
) -> None:
    base = data_of(page, digits, q=old)
    short = beside(page, digits, base, f"q={old}", q=new)
    assert completed(short, base) == data_of(page, digits, q=new)


def test_known_runs_are_not_sent_again(page: Client, digits: Project) -> None:
    base = data_of(page, digits)
    short = beside(page, digits, base, "", q="params.width > 30")
    assert short["runs"]["number"] == []
    assert all(axis["values"] == [] for axis in short["columns"] if axis.get("isKnown"))
    assert sum(bool(axis.get("isKnown")) for axis in short["columns"]) > 3
    assert len(short["places"]) == len(short["rank"]) > 3


def test_after_a_change_all_is_sent(page: Client, digits: Project, alice: User) -> None:
    base = data_of(page, digits)
    Run.objects.filter(project_id=digits.pk, name="run-12").update(name="best")
    answer = beside(page, digits, base, "", q="params.width > 30")
    assert "places" not in answer
    assert answer == data_of(page, digits, q="params.width > 30")


def test_other_columns_are_sent_whole(page: Client, digits: Project) -> None:
    base = data_of(page, digits)
    answer = beside(page, digits, base, "", x="started", y="duration", colour="params.odd")
    assert "places" not in answer or completed(answer, base) == data_of(
        page, digits, x="started", y="duration", colour="params.odd"
    )


@pytest.mark.parametrize("old", ["q=((", "q=%00", "order=nothing", "&&&===", "x" * 5000])
def test_odd_words_of_what_is_known_are_no_failure(page: Client, digits: Project, old: str) -> None:
    answer = page.get(address(digits, "charts/", base=old, tag="0" * 16))
    assert answer.status_code in (200, 400)


def test_a_tag_is_a_short_word(page: Client, digits: Project) -> None:
    assert re.fullmatch("[0-9a-f]{16}", data_of(page, digits)["tag"])


def test_what_is_known_takes_one_search_more(page: Client, digits: Project) -> None:
    whole = queries_of(page, address(digits, "charts/"))
    base = data_of(page, digits)
    short = address(digits, "charts/", q="params.width > 30", base="", tag=base["tag"])
    assert queries_of(page, short) <= whole + 2
