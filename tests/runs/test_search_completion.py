"""What the filter offers to type next."""

import pytest

from runs import services
from runs.metrics import sync_search_rows
from runs.search.completion import completion
from tests import cast

from .batches import batch, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(digits, alice):
    for number, optimizer in enumerate(["adam", "sgd"]):
        run = cast.make_run(digits, alice, name=f"r{number}", tags=["fast"], group="wide")
        params = {"optimizer": {"name": optimizer, "rate": 0.1}, "a b": number}
        services.store_batch(run=run, batch=batch(events=[event("params", params)]))
        cast.log_points(run, {"val_loss": [1.0], "top.5": [1.0]})
    sync_search_rows(project_id=digits.pk)
    return digits


def offered(project, text):
    at = text.index("|")
    found = completion(project.pk, text.replace("|", ""), at)
    return [one.text for one in found.suggestions]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("|", ["name", "status"]),
        ("val|", ["metrics.val_loss"]),
        ("metrics.va|", ["metrics.val_loss"]),
        ("metrics.val_loss.|", ["metrics.val_loss.min", "metrics.val_loss.count"]),
        ("optim|", ["params.optimizer.name"]),
        ("params.optimizer.n|", ["params.optimizer.name"]),
        ("params.a|", ['params."a b"']),
        ("metrics.top|", ['metrics."top.5"']),
        ("metrics.val_loss |", ["=", "<", "in", "is", "not"]),
        ("metrics.val_loss i|", ["in", "is"]),
        ("metrics.val_loss is |", ["missing", "not"]),
        ("params.optimizer.name = |", ['"adam"', '"sgd"']),
        ("params.optimizer.name = s|", ['"sgd"']),
        ('params.optimizer.name = "s|', ['"sgd"']),
        ("params.optimizer.name not in (adam, |", ['"sgd"']),
        ("params.optimizer.rate > |", ["0.1"]),
        ("status = f|", ['"finished"', '"failed"']),
        ("tag = |", ['"fast"']),
        ("group = |", ['"wide"']),
        ("user = |", ['"alice@example.org"']),
        ("started > |", ["today", '"7 days ago"']),
        ("tag = fast |", ["and", "or"]),
        ("tag = fast an|", ["and"]),
        ("tag = fast and st|", ["status", "started"]),
        ("(tag = fast |", ["and", ")"]),
        ("tag = fast and not |", ["name"]),
        ("sta| = finished", ["status"]),
    ],
)
def test_what_the_grammar_allows_is_offered(project, text, wanted):
    assert set(wanted) <= set(offered(project, text))


@pytest.mark.parametrize("text", ["tag = fast tag = |", "name = 'x|", "= |", '"|', ")|"])
def test_nothing_is_offered_where_nothing_fits(project, text):
    assert offered(project, text) == []


def test_the_whole_word_under_the_cursor_is_replaced(project):
    found = completion(project.pk, "tag = a and params.optimizer.name = b", 21)
    assert (found.start, found.end) == (12, 33)


def test_every_suggestion_fits_where_it_is_offered(project):
    for text in ("", "val", "params.optimizer.name = ", "tag = fast ", "status ", "tag in ("):
        found = completion(project.pk, text, len(text))
        assert 0 < len(found.suggestions) <= 20
        assert all(one.label and one.kind for one in found.suggestions)


def test_the_most_used_names_come_first(project, alice):
    run = cast.make_run(project, alice)
    services.store_batch(run=run, batch=batch(events=[event("params", {"optimizer": {"aa": 1}})]))
    names = offered(project, "params.optimizer|")
    assert names.index("params.optimizer.name") < names.index("params.optimizer.aa")
