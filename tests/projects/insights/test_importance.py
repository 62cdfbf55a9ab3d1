"""Importance against made-up runs of which the truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from runs.pages.importance import FEWEST, Importance, importance_of

Settings = dict[str, Any]


def drawn(chance: np.random.Generator, count: int) -> list[Settings]:
    """Runs with a few parameters of each kind, drawn independently."""
    return [
        {
            "rate": float(10 ** chance.uniform(-4, -1)),
            "width": int(2 ** chance.integers(4, 9)),
            "optimizer": str(chance.choice(["adam", "sgd", "rmsprop"])),
            "noise": float(chance.random()),
            "flag": bool(chance.integers(2)),
        }
        for _ in range(count)
    ]


def seen(truth: Callable[[Settings], float], count: int = 120, noise: float = 0.3) -> Importance:
    chance = np.random.default_rng(5)
    settings = drawn(chance, count)
    goodness = [truth(one) + noise * chance.standard_normal() for one in settings]
    return importance_of(settings, np.array(goodness))


def named(importance: Importance) -> list[str]:
    return [effect.name for effect in importance.above]


def test_a_strong_parameter_comes_before_a_weak_one_and_noise_is_not_above_chance() -> None:
    found = seen(lambda one: np.log2(one["width"]) - 0.8 * np.log10(one["rate"]))
    assert named(found) == ["width", "rate"]
    strong, weak = found.above
    assert strong.alone > 2 * weak.alone
    assert strong.direction == "higher"
    assert weak.direction == "lower"
    assert {effect.name for effect in found.noise} == {"optimizer", "noise", "flag"}


def test_a_weak_parameter_is_seen_beside_a_strong_one() -> None:
    found = seen(lambda one: 3 * np.log2(one["width"]) + 1.5 * one["flag"])
    assert named(found) == ["width", "flag"]


def test_shares_are_near_the_constructed_ones() -> None:
    chance = np.random.default_rng(1)
    settings = [{"a": int(chance.integers(2)), "b": int(chance.integers(2))} for _ in range(2000)]
    goodness = np.array([2 * one["a"] + one["b"] for one in settings], float)
    # Of four levels with variances 4 : 1 the ranks are equally spaced: shares 0.8 and 0.2.
    strong, weak = importance_of(settings, goodness).effects
    assert strong.alone == pytest.approx(0.8, abs=0.03)
    assert weak.alone == pytest.approx(0.2, abs=0.03)
    assert strong.beside == pytest.approx(0.8, abs=0.03)
    assert weak.beside == pytest.approx(0.2, abs=0.03)


def test_the_best_category_is_named() -> None:
    found = seen(lambda one: 2 * (one["optimizer"] == "rmsprop"))
    (effect,) = found.above
    assert effect.words == "best rmsprop"
    assert effect.ordered[0].label == "rmsprop"


def test_a_best_value_in_the_middle_is_neither_higher_nor_lower() -> None:
    found = seen(lambda one: -abs(np.log10(one["rate"]) + 2.5) * 3)
    (effect,) = found.above
    assert effect.direction == ""
    best = float(effect.words.removeprefix("best near "))
    assert 10**-3 < best < 10**-2


def test_pure_noise_is_told_as_noise() -> None:
    found = seen(lambda one: 0.0)
    assert found.above == []
    assert len(found.noise) == 5


def test_parameters_that_matter_only_together_do_not_stand_out() -> None:
    found = seen(lambda one: 3 * ((one["width"] > 64) ^ one["flag"]), noise=0.1)
    assert {"noise", "rate", "optimizer"}.isdisjoint(named(found))


def test_of_twins_one_is_looked_at_and_names_the_other() -> None:
    chance = np.random.default_rng(2)
    settings = [one | {"units": 3 * one["width"]} for one in drawn(chance, 80)]
    found = importance_of(settings, np.array([float(one["width"]) for one in settings]))
    (effect,) = found.above
    assert (effect.name, effect.same_as) == ("width", ("units",))
    assert found.confounded == ("width", "units")


def test_parameters_that_moved_together_are_named_and_explain_little_beside_each_other() -> None:
    chance = np.random.default_rng(3)
    settings = drawn(chance, 200)
    for one in settings:
        one["copy"] = one["width"] * (2 if chance.random() < 0.08 else 1)
    goodness = np.array([np.log2(one["width"]) for one in settings])
    found = {effect.name: effect for effect in importance_of(settings, goodness).effects}
    assert found["copy"].moved_with == ("width",)
    assert "copy" in found["width"].moved_with
    assert found["copy"].alone > 0.7
    assert found["copy"].beside is not None
    assert found["copy"].beside < 0.05
    assert found["rate"].moved_with == ()


def test_a_parameter_that_some_runs_lack_is_compared_where_it_is_set() -> None:
    chance = np.random.default_rng(4)
    settings = drawn(chance, 120)
    goodness = np.array([np.log2(one["width"]) for one in settings])
    for one in settings[::4]:
        del one["width"]
    (effect,) = importance_of(settings, goodness).above
    assert effect.direction == "higher"
    assert "not set" in [level.label for level in effect.levels]


def test_what_cannot_be_compared_is_left_out_with_its_reason() -> None:
    settings: list[Settings] = [
        {"width": n % 3, "seed": n, "path": f"/tmp/{n}", "depth": 3, "odd": [n, {}]}
        for n in range(20)
    ]
    found = importance_of(settings, np.arange(20.0))
    assert [effect.name for effect in found.effects] == ["width"]
    assert {reason: set(names) for reason, names in found.left_out.items()} == {
        "seeds": {"seed"},
        "different in nearly every run": {"odd", "path"},
        "the same in every run": {"depth"},
    }


@pytest.mark.parametrize("count", [0, 1, 3, FEWEST - 1])
def test_too_few_runs_are_not_compared(count: int) -> None:
    settings = [{"width": number} for number in range(count)]
    found = importance_of(settings, np.arange(float(count)))
    assert found.is_too_few
    assert found.effects == ()


def test_runs_that_diverged_count_as_worst() -> None:
    settings = [{"rate": 0.001 * (n % 2)} for n in range(20)]
    goodness = np.array([-np.inf if n % 2 else 1.0 - n / 100 for n in range(20)])
    (effect,) = importance_of(settings, goodness).above
    assert effect.direction == "lower"


def test_equal_results_are_told() -> None:
    found = importance_of([{"width": n % 2} for n in range(12)], np.ones(12))
    assert found.are_equal
    assert found.effects == ()


@pytest.mark.parametrize("extreme", [1e308, -1e308, 5e-324, 10**400])
def test_extreme_values_do_no_harm(extreme: float) -> None:
    settings = [{"a": extreme if n % 3 else n, "b": True if n % 2 else n} for n in range(40)]
    found = importance_of(settings, np.array([1e308 * (-1) ** n for n in range(40)]))
    assert all(0 <= effect.alone <= 1 for effect in found.effects)


@pytest.mark.parametrize("count", [10, 24, 100])
def test_permuted_results_seldom_stand_out(count: int) -> None:
    """Of experiments without any truth about one in twenty may show something."""
    chance = np.random.default_rng(count)
    settings = drawn(chance, count)
    goodness = chance.standard_normal(count)
    false = sum(
        bool(importance_of(settings, chance.permutation(goodness)).above) for _ in range(100)
    )
    assert false <= 10


def test_beside_a_true_one_noise_seldom_stands_out() -> None:
    chance = np.random.default_rng(9)
    settings = drawn(chance, 40)
    truth = np.array([np.log2(one["width"]) for one in settings])
    found = [
        named(importance_of(settings, truth + 0.5 * chance.standard_normal(40))) for _ in range(100)
    ]
    assert all("width" in names for names in found)
    assert sum(len(names) > 1 for names in found) <= 15
