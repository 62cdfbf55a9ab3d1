"""Quotes: exact values, their permanent links, what is recorded, and every form escaped."""

import json
import re
from typing import Any

import pytest

from ahnb_platform.errors import Gone, Invalid, Missing
from runs import queries, services
from runs.models import Quote
from runs.quotes.documents import handed_out, metric_address
from runs.quotes.forms import FORMS
from runs.quotes.services import take_quote
from runs.quotes.values import Choice, exact, ordinal, rounded, value_of
from tests import cast
from tests.sketches import send_events

BEST = Choice("best")
pytestmark = pytest.mark.django_db
HOSTILE = [
    "a/b/c",
    "50%_done",
    "ä.ö\\x",
    "..",
    "a/../b",
    "x//y",
    "/x/",
    "a?b#c&d",
    "{$~^}",
    "日本 é",
]


def seen(user: Any, run: Any) -> Any:
    return queries.run_for_user(user, run.id)


def taken(run: Any, user: Any, metric: str = "loss", choice: Choice = BEST) -> Quote:
    return take_quote(run=seen(user, run), by=user, metric=metric, choice=choice, via="page")


@pytest.mark.parametrize(
    ("value", "short"),
    [(0.1 + 0.2, "0.3000"), (0.99996, "0.99996"), (9.123456e-5, "9.123e-5"), (3.0, "3"),
     (-12345678.9, "-1.235e7"), (float("nan"), "NaN"), (float("-inf"), "-Infinity")],
)  # fmt: skip
def test_values_are_exact_and_rounded_honestly(value: float, short: str) -> None:
    assert rounded(value) == short
    assert repr(float(exact(value))) == repr(value)


def test_numbers_in_order() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_each_part_has_its_value_and_step(run, bob) -> None:
    cast.log_points(run, {"loss": [0.9, 0.25, float("nan"), 0.5]})
    here = seen(bob, run)
    found = {p: value_of(here, "loss", Choice(p)) for p in ("best", "last", "min", "max", "first")}
    assert {part: (one.value, one.step) for part, one in found.items()} == {
        "best": (0.25, 1), "last": (0.5, 3), "min": (0.25, 1), "max": (0.9, 0), "first": (0.9, 0),
    }  # fmt: skip
    assert found["best"].where == "at epoch 1 (the 2nd; the first is epoch 0)"
    assert exact(value_of(here, "loss", Choice("step", 2)).value or 0) == "NaN"
    assert value_of(here, "loss", Choice("step", 9)).value is None
    with pytest.raises(Missing):
        value_of(here, "nothing", Choice("best"))


def test_a_quote_is_written_down_with_all_that_finds_it_again(run, bob) -> None:
    send_events(
        run,
        ("environment", {"git": {"commit": "abc123" * 6, "dirty": True}}),
        ("model", {"name": "net", "layers": [{"name": "d", "class": "Dense"}]}),
    )
    cast.log_points(run, {"loss": [0.1 + 0.2, 0.75]})
    quote = taken(run, bob)
    assert (quote.number, quote.value, quote.step, quote.user_id) == (1, 0.1 + 0.2, 0, bob.pk)
    document = quote.document
    assert document["exact"] == "0.30000000000000004"
    assert (document["commit"], document["dirty"], document["model_version"]) == (
        "abc123" * 6, True, 1,
    )  # fmt: skip
    assert document["remarks"] == ["The run has not ended: the value may change."]
    assert taken(run, bob).number == 2


def test_nothing_is_quoted_where_there_is_nothing(run, bob) -> None:
    cast.log_points(run, {"loss": [float("nan")]})
    with pytest.raises(Invalid):
        taken(run, bob)
    with pytest.raises(Missing):
        taken(run, bob, "accuracy")
    services.trash_run(run=run, by=bob)
    with pytest.raises(Gone):
        taken(run, bob, choice=Choice("step", 0))


def tex_specials(text: str) -> list[str]:
    """What TeX would take for a command of its own in text, outside what we write ourselves."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    known = r"\\(?:texttt|href|times|text[a-z]+(?:\{\})?)|\\[{}$&#_%]|~= |\$-\$"
    rest = re.sub(r"\$[-0-9.]+(?: \\times 10\^\{-?\d+\})?\$", "", body)
    return re.findall(r"[\\$&#_%~^]", re.sub(known, "", rest))


@pytest.mark.parametrize("name", HOSTILE)
def test_every_form_of_a_hostile_name_is_escaped(digits, bob, name) -> None:
    run = cast.make_run(digits, bob, name="100%_\\input{x} `#1` <b>$y$")
    cast.log_points(run, {name: [0.5]})
    quote = taken(run, bob, name)
    document = handed_out(quote.document, "https://ahnb.example", quote)
    texts = {form: write(document) for form, (_, write) in FORMS.items()}
    assert tex_specials(texts["latex"]) == []
    assert "\\input" not in texts["latex"].replace("\\textbackslash{}input", "")
    assert "<b>" not in texts["markdown"].replace("\\<b\\>", "")
    assert name in texts["text"]
    assert json.loads(texts["json"])["metric"] == name
    assert all(quote.get_absolute_url() in text for text in texts.values())


@pytest.mark.parametrize("name", HOSTILE)
def test_the_permanent_link_of_any_name_leads_back(digits, bob, client_of, name) -> None:
    run = cast.make_run(digits, bob)
    cast.log_points(run, {name: [0.5, 0.25]})
    here = client_of(bob)
    run = seen(bob, run)
    for address in (metric_address(run, name), metric_address(run, name, "max")):
        answer = here.get(address)
        assert answer.status_code == 200
        assert answer.context["metric"] == name
    assert here.get(metric_address(run, name, step=1)).context["exact"] == "0.25"


def test_the_page_records_and_tells_who_quotes(run, bob, dana, client_of) -> None:
    cast.log_points(run, {"loss": [0.5, 0.25]})
    reader = client_of(dana)
    answer = reader.post(f"/runs/{run.id}/quotes/", {"metric": "loss", "part": "best"})
    assert answer["Location"] == f"/runs/{run.id}/quotes/1/"
    shown = reader.get(answer["Location"]).content.decode()
    assert "the same" in shown
    assert r"\texttt{loss}" in shown
    page = client_of(bob).get(run.get_absolute_url()).content.decode()
    assert "loss = 0.2500" in page
    assert "never purged, since it is quoted (1 quote)" in page
    assert reader.post(f"/runs/{run.id}/quotes/", {"metric": "los"}).status_code == 404
    odd = {"metric": "loss", "part": "best", "step": "1e999"}
    assert reader.post(f"/runs/{run.id}/quotes/", odd).status_code == 422


def test_a_quote_says_when_the_run_went_on(run, bob, client_of) -> None:
    cast.log_points(run, {"loss": [0.5]})
    quote = taken(run, bob)
    cast.log_points(run, {"loss": [0.5, 0.125]})
    shown = client_of(bob).get(quote.get_absolute_url()).content.decode()
    assert "Today&#x27;s value is another" in shown or "Today's value is another" in shown
    assert "2 more values" in shown
    assert "0.125" in shown


def test_the_api_tells_and_records(run, bob, dana, api_of) -> None:
    cast.log_points(run, {"a/b": [0.5, 0.25]})
    api, path = api_of(dana), f"/api/v1/runs/{run.id}"
    told = api.get(f"{path}/quote/?metric=a/b&part=max").json()
    assert (told["value"], told["quote"], Quote.objects.count()) == (0.5, None, 0)
    made = api.post(f"{path}/quotes/", {"metric": "a/b", "step": 1})
    assert made.status_code == 201
    assert made.json()["quote"]["url"].endswith(f"/runs/{run.id}/quotes/1/")
    assert "\\texttt{a/b}" in made.json()["forms"]["latex"]
    listed = api.get(f"{path}/quotes/").json()
    assert (listed["total"], listed["results"][0]["value"]) == (1, 0.25)
    assert api.get(f"{path}/quote/?metric=c").status_code == 404
    for body in ({"metric": "a/b", "step": -1}, {"metric": "a/b", "part": "mean"}, {"step": 1}):
        assert api.post(f"{path}/quotes/", body).status_code == 422
    assert api.get(f"{path}/quote/?metric=a/b&step=-1").status_code == 400
