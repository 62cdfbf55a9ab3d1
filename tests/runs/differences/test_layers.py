"""Layers that were added, removed, changed and moved."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.differences.layers import MISSING, Difference, Step, difference, rewired


def layer(kind: str, name: str = "", parent: str | None = None, **chosen: Any) -> dict[str, Any]:
    shape, parameters = chosen.pop("shape", [None, 8]), chosen.pop("parameters", 0)
    return {
        "name": name or kind.lower(),
        "class": kind,
        "parent": parent,
        "output_shape": shape,
        "parameters": parameters,
        "settings": chosen,
    }


def dense(units: int, name: str = "dense", inputs: int = 4, **more: Any) -> dict[str, Any]:
    parameters = units * (inputs + 1)
    return layer("Dense", name, shape=[None, units], parameters=parameters, units=units, **more)


def told(found: Difference) -> list[tuple[str, str]]:
    """The kind of each layer that differs, with its name."""
    return [(step.kind, named(found, step)) for step in found.differing]


def named(found: Difference, step: Step) -> str:
    held = found.other[step.after] if step.after is not None else found.one[step.before or 0]
    return str(held["name"])


def applied(found: Difference) -> list[dict[str, Any]]:
    """The second model, made from the first one by the steps alone."""
    made = []
    for step in sorted(found.steps, key=lambda step: -1 if step.after is None else step.after):
        if step.after is None:
            continue
        if step.before is None:
            made.append(dict(found.other[step.after]))
            continue
        one = {**found.one[step.before]}
        one["settings"] = dict(one["settings"])
        for change in (*step.changes, *step.effects):
            place = one if change.name in found.other[step.after] else one["settings"]
            if change.now is MISSING:
                place.pop(change.name)
            else:
                place[change.name] = change.now
        made.append(one)
    return made


STACK = [dense(64, "dense", 784), layer("Dropout", rate=0.5), dense(10, "dense_1", 64)]


def test_equal_models_have_no_difference_and_names_make_none() -> None:
    assert difference(STACK, STACK).differing == []
    renamed = [{**one, "name": f"{one['name']}_7"} for one in STACK]
    assert difference(STACK, renamed).differing == []
    assert difference([], []).steps == ()


def test_one_wider_layer_is_a_change_and_what_follows_it_is_resized() -> None:
    wider = [dense(128, "dense_2", 784), layer("Dropout", rate=0.5), dense(10, "dense_3", 128)]
    found = difference(STACK, wider)
    assert told(found) == [("changed", "dense_2"), ("resized", "dense_3")]
    (change,) = found.differing[0].changes
    assert (change.name, change.was, change.now) == ("units", 64, 128)
    assert found.parameters(found.differing[0]) == 64 * 785
    assert found.parameters(found.differing[1]) == 640


def test_an_added_layer_is_told_where_it_stands_and_a_removed_one_where_it_was() -> None:
    more = [STACK[0], layer("BatchNormalization", parameters=256), *STACK[1:]]
    found = difference(STACK, more)
    assert told(found) == [("added", "batchnormalization")]
    assert [step.kind for step in found.steps] == ["same", "added", "same", "same"]
    assert told(difference(more, STACK)) == [("removed", "batchnormalization")]
    assert [step.kind for step in difference(more, STACK).steps][1] == "removed"
    assert found.parameters(found.steps[1]) == 256


def test_a_layer_that_stands_elsewhere_is_moved() -> None:
    one = [layer("Conv2D"), layer("BatchNormalization"), layer("ReLU"), layer("MaxPooling2D")]
    found = difference(one, [one[0], one[2], one[1], one[3]])
    assert [step.kind for step in found.differing] == ["moved"]
    swapped = difference(
        [dense(64), layer("ReLU"), dense(32)], [dense(32), layer("ReLU"), dense(64)]
    )
    assert swapped.counts()["moved"] == 2


def test_a_layer_in_the_place_of_another_is_a_change_of_its_class() -> None:
    found = difference([STACK[0], layer("LSTM"), STACK[2]], [STACK[0], layer("GRU"), STACK[2]])
    ((change,),) = [step.changes for step in found.differing]
    assert (change.name, change.was, change.now) == ("class", "LSTM", "GRU")


def test_names_decide_which_of_equal_layers_was_removed() -> None:
    blocks = [dense(8, f"block_{at}", 8) for at in range(5)]
    assert told(difference(blocks, [*blocks[:2], *blocks[3:]])) == [("removed", "block_2")]


def test_names_that_keras_counts_up_do_not_mislead() -> None:
    fresh = [dense(16, "dense", 8), *(dense(8, f"dense_{at}", 8) for at in range(1, 5))]
    before = [dense(8, "dense", 8), *(dense(8, f"dense_{at}", 8) for at in range(1, 4))]
    assert told(difference(before, fresh)) == [("added", "dense")]


def nested(units: int, *more: dict[str, Any], name: str = "encoder") -> list[dict[str, Any]]:
    parts = [{**dense(units, "inner"), "parent": name}, {**layer("ReLU"), "parent": name}]
    inside = [*parts, *({**one, "parent": name} for one in more)]
    total = sum(one["parameters"] for one in inside)
    return [layer("Functional", name, parameters=total), *inside]


def test_changes_inside_of_a_nested_model_are_told_there() -> None:
    one = [*nested(8), dense(10, "head")]
    found = difference(one, [*nested(16, layer("Dropout"), name="encoder_3"), dense(10, "head")])
    assert told(found) == [("resized", "encoder_3"), ("changed", "inner"), ("added", "dropout")]
    assert list(found.depths[1]) == [0, 1, 1, 1, 0]
    assert difference(one, [*nested(8, name="encoder_9"), dense(10, "head")]).differing == []


def test_a_nested_model_is_added_with_all_that_is_inside() -> None:
    found = difference([dense(10, "head")], [*nested(8), dense(10, "head")])
    assert [(step.kind, step.is_inside) for step in found.differing] == [
        ("added", False),
        ("added", True),
        ("added", True),
    ]


def test_a_layer_that_went_into_a_nested_model_is_moved() -> None:
    alone, block = dense(32, "feature"), nested(8)
    found = difference(
        [alone, *block, dense(10)], [*block, {**alone, "parent": "encoder"}, dense(10)]
    )
    assert ("moved", "feature") in told(found)
    assert found.counts()["added"] == found.counts()["removed"] == 0


def test_seeds_make_no_difference_and_true_is_not_1() -> None:
    one, two = [layer("Dropout", rate=0.5, seed=1)], [layer("Dropout", rate=0.5, seed=2)]
    assert difference(one, two).differing == []
    assert difference([layer("X", flag=True)], [layer("X", flag=1)]).counts()["changed"] == 1


def test_a_layer_within_a_block_is_not_told_to_be_in_two_places() -> None:
    """The activation has a like of its name, and the block that holds it one of another name."""
    block = layer("Functional", "outer")
    one = [block, *(layer("Functional", "inner", "outer") for _ in range(3))]
    one.append(layer("ReLU", "relu", "inner"))
    other = [block, layer("ReLU", "relu", "outer")]
    other += [layer("Functional", "inner", "outer") for _ in range(2)]
    other += [block, layer("ReLU", "relu", "outer")]
    there, back = difference(one, other), difference(other, one)
    for found in (there, back):
        for places in zip(*((step.before, step.after) for step in found.steps), strict=True):
            known = [place for place in places if place is not None]
            assert len(known) == len(set(known))
    assert there.counts()["added"] == back.counts()["removed"] > 0


def test_connections_are_compared_by_the_layers_that_belong_together() -> None:
    one = [layer("Dense", "a"), layer("ReLU", "b"), layer("Add", "c")]
    two = [layer("Dense", "d"), layer("ReLU", "e"), layer("Add", "f")]
    found = difference(one, two)
    chain = {"edges": [["a", "b"], ["b", "c"]]}
    assert rewired(chain, {"edges": [["d", "e"], ["e", "f"]]}, found) == ([], [])
    skipping = {"edges": [["d", "e"], ["e", "f"], ["d", "f"]]}
    assert rewired(chain, skipping, found) == ([], [("d", "f")])
    odd = {"edges": [7, ["x"], ["y", None]], "operations": [7, {}]}
    assert rewired({}, odd, found) == ([], [("y", "None")])


def test_connections_of_what_is_no_layer_are_compared_by_its_class() -> None:
    found = difference([layer("Dense", "a")], [layer("Dense", "b")])
    one = {"edges": [["a", "add_1"]], "operations": [{"name": "add_1", "class": "Add"}]}
    two = {"edges": [["b", "add_3"]], "operations": [{"name": "add_3", "class": "Add"}]}
    assert rewired(one, two, found) == ([], [])
    less = {"edges": [["b", "subtract"]], "operations": [{"name": "subtract", "class": "Subtract"}]}
    assert rewired(one, less, found) == ([("b", "add_1")], [("b", "subtract")])


def test_5000_layers_take_no_recursion_and_no_minute() -> None:
    stack = [dense(8 * (at % 3 + 1), f"dense_{at}") for at in range(5_000)]
    other = [*stack[:40], layer("Dropout"), *stack[40:4_000], *stack[4_002:]]
    assert difference(stack, other).counts() | {"same": 0} == {
        **dict.fromkeys(("changed", "moved", "resized", "same"), 0),
        "added": 1,
        "removed": 2,
    }
    assert difference(stack, stack[::-1]).counts()["changed"] < 5_000
    chain = [layer("Block", f"b{at}", f"b{at - 1}" if at else None) for at in range(5_000)]
    assert difference(chain, chain[:-1]).counts()["same"] >= 4_000


@pytest.mark.parametrize("odd", [None, 7, [], {}, "x", [{}]])
def test_odd_layers_break_nothing(odd: Any) -> None:
    keys = ("name", "class", "parent", "settings", "parameters", "output_shape")
    strange = [dict.fromkeys(keys, odd), {}, {"settings": {"a": odd}}]
    assert difference(strange, STACK).counts()["same"] == 0
    assert difference(strange, strange).differing == []


# Made-up models

LAYERS = st.one_of(
    st.builds(dense, st.sampled_from([8, 16]), st.sampled_from(["d", "e", "f"])),
    st.builds(lambda rate: layer("Dropout", rate=rate), st.sampled_from([0.1, 0.5])),
    st.just(layer("ReLU")),
)


@st.composite
def models(draw: st.DrawFn, parent: str | None = None, depth: int = 2) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 6))):
        if depth and draw(st.integers(0, 4)) == 0:
            name = draw(st.sampled_from(["block", "stage"])) + str(depth)
            rows.append(layer("Functional", name, parent))
            rows += draw(models(parent=name, depth=depth - 1))
        else:
            rows.append({**draw(LAYERS), "parent": parent})
    return rows


@given(models(), models())
@settings(max_examples=200)
def test_applied_to_the_first_model_it_gives_the_second(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    found = difference(one, other)
    assert applied(found) == other
    kept = [step.before for step in found.steps if step.before is not None]
    assert sorted(kept) == list(range(len(one)))


@given(models())
def test_a_model_does_not_differ_from_itself(one: list[dict[str, Any]]) -> None:
    assert difference(one, one).differing == []


@given(models(), models())
@settings(max_examples=60)
def test_turned_round_what_was_added_is_removed(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    there, back = difference(one, other), difference(other, one)
    swapped = {"added": "removed", "removed": "added"}
    assert {(step.before, step.after, step.kind) for step in there.steps} == {
        (step.after, step.before, swapped.get(step.kind, step.kind)) for step in back.steps
    }
