"""What is missing, lists, negations and words: each beside the same question in Python."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs import queries, services
from runs.models import HASHES, Run
from runs.search import QueryError
from runs.search.fields import SHARED
from tests import cast

from .batches import batch, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(digits, alice):
    """A bare run, and one that has everything."""
    cast.make_run(digits, alice, name="bare", started_at=timezone.now() - timedelta(days=3))
    full = cast.make_run(digits, alice, name="full", group="wide", tags=["fast"])
    params = {"lr": 0.1, "augment": True, "opt": {"name": "adam"}, "räte 1": "5", "none": None}
    events = [event("params", params), event("status", {"status": "finished"})]
    services.store_batch(run=full, batch=batch(events=events), by=alice)
    cast.log_points(full, {"loss": [1.0, 0.5]})
    Run.objects.filter(name="full").update(
        model_name="net",
        model_version=1,
        model_parameters=650,
        configuration="abc",
        **dict.fromkeys(HASHES, "abc"),
    )
    return digits


def names(project, q):
    return {run.name for run in queries.search_runs(project=project, q=q).runs}


SOMETIMES = [
    "params.lr",
    "params.none",
    "metrics.loss",
    "metrics.loss.count",
    "tag",
    "group",
    "model",
    "version",
    "size",
    "finished",
    "configuration",
    *SHARED,
]


@pytest.mark.parametrize("field", SOMETIMES)
def test_a_run_lacks_a_value_or_has_it(pair, field):
    assert names(pair, f"{field} is missing") == {"bare"}
    assert names(pair, f"{field} IS NOT MISSING") == {"full"}
    assert names(pair, f"not {field} is missing") == {"full"}


@pytest.mark.parametrize("field", ["status", "user", "name", "number", "duration", "started"])
def test_some_fields_are_never_missing(pair, field):
    assert names(pair, f"{field} is missing") == set()
    assert names(pair, f"{field} is not missing") == {"bare", "full"}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("params.lr != 3", "full"),
        ("params.lr not in (1, 2)", "full"),
        ('params.opt.name not in ["sgd", "x"]', "full"),
        ('params.opt.name not in ["adam"]', ""),
        ('params.opt.name not like "s%"', "full"),
        ('params.opt.name in ["adam", "sgd"]', "full"),
        ('params.lr in [0.1, "auto"]', "full"),
        ("params.lr == 0.1", "full"),
        ('params.lr = "0.1"', "full"),
        ("params.augment = true", "full"),
        ("params.augment = false", ""),
        ("params.none = null", "full"),
        ('params."räte 1" = 5', ""),
        ('params."räte 1" = "5"', "full"),
        ("metrics.loss != 3", "full"),
        ("metrics.loss not in (3)", "full"),
        ("size != 3", "full"),
        ("version not in [2, 3]", "full"),
        ('finished < "tomorrow"', None),
        ("group != wide", "bare"),
        ("group not in [wide, deep]", "bare"),
        ('group not like "w%"', "bare"),
        ("tag != fast", "bare"),
        ("tag not in [fast, slow]", "bare"),
        ('user not like "nobody%"', "bare full"),
        ("user != nobody", "bare full"),
        ("status not in [finished, failed]", "bare"),
        ("started >= yesterday", "full"),
        ("started < today", "bare"),
        ("params.lr is missing or metrics.loss < 1", "bare full"),
        ("params.lr is missing and metrics.loss < 1", ""),
        ("params.lr = 0.1 or metrics.loss < 1 or name = bare", "bare full"),
        ("not (params.lr = 0.1 or metrics.loss < 0.1)", "bare"),
    ],
)
def test_missing_values_beside_every_operator(pair, q, found):
    if found is None:
        with pytest.raises(QueryError):
            names(pair, q)
    else:
        assert names(pair, q) == set(found.split())


@pytest.mark.parametrize(
    ("q", "position", "words"),
    [
        ("params.lr", 9, "an operator"),
        ("params.lr is 3", 13, "not or missing"),
        ("params. = 3", 8, "a name"),
        ("params.lr < ", 12, "a value"),
        ("name = x y", 9, "and, or or the end"),
        ("(name = x", 9, ")"),
        ("name in 3", 8, "( or ["),
        ("name like 3", 10, "a text in quotes"),
        ("stats = finished", 0, "did you mean status?"),
        ("metric.loss < 1", 0, "did you mean metrics?"),
        ("status = finishd", 9, "Did you mean finished?"),
    ],
)
def test_an_error_says_what_was_expected_there(pair, q, position, words):
    with pytest.raises(QueryError) as refused:
        names(pair, q)
    assert refused.value.position == position
    assert words in refused.value.detail
