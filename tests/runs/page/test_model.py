"""The card of a model: what it takes, its layers page by page, and odd documents."""

from typing import Any

import pytest
from django.test import Client

from runs.models import Run
from runs.pages.architecture.card import PAGE, Asked, Card, card_of
from runs.pages.architecture.costs import bits_of, costs_of
from runs.pages.architecture.formulas import Call, of_class
from runs.pages.architecture.reading import architecture_of
from tests.sketches import send_events

from .models import chain, dense, model
from .reading import text_of

HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7*7 }} \u202e"


def fact(card: Card, name: str) -> str:
    return next(one.value for one in card.facts if one.name == name)


@pytest.mark.parametrize(
    ("name", "settings", "inputs", "outputs", "expected"),
    [
        ("Dense", {"units": 4}, ((None, 6),), ((None, 4),), 24),
        ("Dense", {"units": 4}, ((None, 5, 6),), ((None, 5, 4),), 120),
        (
            "Conv2D",
            {"filters": 8, "kernel_size": [3, 3], "groups": 2},
            ((None, 9, 9, 4),),
            ((None, 7, 7, 8),),
            7 * 7 * 9 * 2 * 8,
        ),
        (
            "Conv2D",
            {"filters": 8, "kernel_size": [3, 3], "data_format": "channels_first"},
            ((None, 4, 9, 9),),
            ((None, 8, 7, 7),),
            7 * 7 * 9 * 4 * 8,
        ),
        ("Conv1D", {"filters": 2, "kernel_size": [5]}, ((None, 9, 3),), ((None, 5, 2),), 150),
        (
            "Conv3D",
            {"filters": 2, "kernel_size": [2, 2, 2]},
            ((None, 4, 4, 4, 3),),
            ((None, 3, 3, 3, 2),),
            27 * 8 * 3 * 2,
        ),
        ("SimpleRNN", {"units": 3}, ((None, 7, 2),), ((None, 3),), 7 * 3 * (2 + 3)),
        (
            "ConvLSTM2D",
            {"filters": 2, "kernel_size": [3, 3]},
            ((None, 5, 8, 8, 3),),
            ((None, 6, 6, 2),),
            5 * 36 * 9 * 4 * 2 * (3 + 2),
        ),
        (
            "MultiHeadAttention",
            {"num_heads": 2, "key_dim": 3, "value_dim": 5, "attention_axes": [1]},
            ((None, 4, 8), (None, 6, 7)),
            ((None, 4, 9),),
            4 * 8 * 6 + 6 * 7 * 6 + 6 * 7 * 10 + 4 * 6 * 6 + 4 * 6 * 10 + 4 * 10 * 9,
        ),
        ("Attention", {}, ((None, 4, 8), (None, 6, 8)), ((None, 4, 8),), 2 * 4 * 6 * 8),
        ("EinsumDense", {"equation": "...x,xy->...y"}, ((None, 5, 3),), ((None, 5, 7),), 105),
        ("Dot", {"axes": [1, 1]}, ((None, 4), (None, 4)), ((None, 1),), 4),
        ("LayerNormalization", {}, ((None, 5, 3),), ((None, 5, 3),), 30),
        ("Embedding", {}, ((None, 5),), ((None, 5, 3),), 0),
    ],
)
def test_formulas(name: str, settings: Any, inputs: Any, outputs: Any, expected: int) -> None:
    assert of_class(name, Call(settings, inputs, outputs)) == expected


def test_an_unknown_length_is_never_taken_for_nothing() -> None:
    assert of_class("Dense", Call({"units": 4}, ((None, None, 6),), ((None, None, 4),))) is None
    assert of_class("MultiHeadAttention", Call({}, (), ())) is None
    assert of_class("Strange", Call({}, (), ())) is None


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [("float32", 32), ("bfloat16", 16), ("int8", 8), ("float8_e4m3fn", 8), ("bool", 8), ("", None)],
)
def test_bits_of_a_type(dtype: str, bits: int | None) -> None:
    assert bits_of(dtype) == bits


def test_what_is_not_counted_is_named_and_the_sum_says_at_least() -> None:
    lambda_row = dense("odd", **{"class": "Lambda"})
    mine = dense("mine", own=True)
    card = card_of(model([dense("plain"), lambda_row, mine]))
    assert fact(card, "Multiply-adds per sample") == "at least 9"
    assert card.uncounted == (
        "1 × Lambda (no formula is known for this class), "
        "1 × Dense (no formula is known for this class)"
    )


def test_calls_and_models_within_multiply() -> None:
    inner = [dense("twin", calls=2, parent="block"), dense("once", parent="block")]
    block = dense("block", calls=3, **{"class": "Functional"})
    found = architecture_of(model([block, *inner, dense("after")]))
    costs = costs_of(found)
    assert [layer.calls for layer in found.layers] == [3, 6, 3, 1]
    assert [costs.of[place].multiply_adds for place in range(4)] == [81, 54, 27, 9]
    assert costs.multiply_adds == 90
    assert [layer.depth for layer in found.layers] == [0, 1, 1, 0]


def test_a_sum_from_which_something_is_missing_says_so() -> None:
    outer = dense("outer", **{"class": "Sequential"})
    inner = dense("inner", parent="outer", **{"class": "Sequential"})
    flip = dense("flip", parent="inner", **{"class": "RandomFlip"})
    costs = costs_of(architecture_of(model([outer, inner, flip, dense("after")])))
    assert [bool(costs.of[place].why) for place in range(4)] == [True, True, True, False]
    assert costs.multiply_adds == 9


def test_calls_of_different_shapes_are_counted_each() -> None:
    shapes = [[[None, 2, 3], [None, 2, 3]], [[None, 5, 3], [None, 5, 3]]]
    costs = costs_of(architecture_of(model([dense("twin", calls=2, call_shapes=shapes)])))
    assert (costs.multiply_adds, costs.activations) == ((2 + 5) * 9, (2 + 5) * 3)


def test_records_of_older_clients_are_counted_by_their_edges() -> None:
    document = chain(3)
    for row in document["layers"]:
        del row["input_shape"]
    document["inputs"] = [{"name": "x", "shape": [None, 3], "dtype": "float32"}]
    card = card_of(document)
    assert fact(card, "Multiply-adds per sample") == "27"
    assert fact(card, "Weights") == "144 bytes"


def test_mixed_precision_halves_what_is_kept_of_activations() -> None:
    document = model([dense("half", dtype="mixed_float16")], dtype="mixed_float16")
    card = card_of(document)
    assert fact(card, "Activations per sample") == "6 bytes"
    assert fact(card, "Weights") == "48 bytes"


def test_an_optimizer_that_is_not_known_is_said_so() -> None:
    config = {"class_name": "Muon", "config": {"learning_rate": 0.1}}
    card = card_of(model([dense("a")], compile={"optimizer": "Muon", "optimizer_config": config}))
    assert fact(card, "Optimizer") == "not known"


HUGE = 2**63 - 1


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"name": None, "class": 7, "parent": []},
        {"name": HOSTILE, "class": HOSTILE, "activation": HOSTILE, "settings": {HOSTILE: HOSTILE}},
        dense("huge", parameters=HUGE, output_shape=[None, HUGE], input_shape=[HUGE, HUGE]),
        dense("wide", input_shape=[None, *[2**52] * 15], settings={"units": 2**52}),
        dense("float", parameters=1e300, output_shape=[None, 1e300]),
        dense("minus", parameters=-5, output_shape=[None, -3], calls=-2),
        dense("often", calls=2**60, call_shapes=[[[], []], 7, [None, {"a": [1, [2]]}]]),
        dense("text", output_shape="(None, 3)", input_shape={"a": [None, 2]}, settings=[1]),
        dense("deep", **{"class": "Bidirectional", "settings": {"layer": {"class": []}}}),
        dense("equal", **{"class": "EinsumDense", "settings": {"equation": "->->,,"}}),
        dense("kernel", **{"class": "Conv2D", "settings": {"kernel_size": [None, "3", {}]}}),
        dense("dot", **{"class": "Dot", "settings": {"axes": [[[]]]}}),
        dense("self", parent="self"),
        dense("kind", dtype={"class_name": "DTypePolicy"}, trainable="no", own="yes"),
    ],
    ids=lambda row: str(row.get("name"))[:8],
)
def test_no_layer_is_a_fault(page: Client, run: Run, row: dict[str, Any]) -> None:
    document = model([dense("first"), row, dense("last")], [["first", "last"]])
    document |= {"parameters": HUGE, "weights": [{"dtype": 3}, 7, {"dtype": "x", "parameters": 9}]}
    send_events(run, ("model", document))
    for path in ("", "model/", "graph/", "graph/?of=1&whole=1", "model/?find=huge&at=1"):
        answer = page.get(f"{run.get_absolute_url()}{path}")
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


QUERIES = ["page=x", "page=-1", "page=99999999999999999999", "at=9e9", "find=%00", "whole=1"]


@pytest.mark.parametrize("query", QUERIES)
def test_no_question_is_a_fault(page: Client, run: Run, query: str) -> None:
    send_events(run, ("model", chain(3)))
    for path in ("model", "graph"):
        assert page.get(f"{run.get_absolute_url()}{path}/?{query}&of={query}").status_code == 200


def test_five_thousand_layers_come_in_pages(page: Client, run: Run) -> None:
    send_events(run, ("model", chain(5000)))
    address = run.get_absolute_url()
    shown = text_of(page.get(address))
    assert f"5,000, 1 to {PAGE}" in shown
    assert "dense_29" in shown
    assert "dense_30 " not in shown
    last = page.get(f"{address}model/?page=167", headers={"HX-Request": "true"})
    body = last.content.decode()
    assert body.startswith('<div id="layers">')
    assert 'id="layer-4999"' in body
    assert "Page 167 of 167" in body
    found = text_of(page.get(f"{address}model/?find=DENSE_499"))
    assert "11 of 5,000 with “DENSE_499”" in found


def test_the_page_with_a_row_is_found_and_the_row_marked() -> None:
    card = card_of(chain(100), Asked(at=77))
    assert card.page == 77 // PAGE + 1
    assert [row.layer.name for row in card.rows if row.is_pointed] == ["dense_77"]


def test_no_page_beyond_the_last() -> None:
    assert card_of(chain(100), Asked(page=99)).page == -(-100 // PAGE)
    assert card_of(chain(3), Asked(find="nothing")).rows == ()


def test_frozen_and_shared_layers_are_marked(page: Client, run: Run) -> None:
    frozen = dense("still", trainable=False, trainable_parameters=0)
    send_events(run, ("model", model([frozen, dense("twin", calls=2)])))
    shown = text_of(page.get(run.get_absolute_url()))
    assert "still Dense (None, 3) 12 12 fixed 9 relu frozen" in shown
    assert "twin Dense (None, 3) 12 18 relu called 2 times" in shown


def test_rows_without_a_model_say_so(page: Client, run: Run) -> None:
    for path in ("model/", "graph/"):
        assert page.get(f"{run.get_absolute_url()}{path}").status_code == 200
