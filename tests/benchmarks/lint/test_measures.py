"""Counting what a linter found: false alarms, recall, flips, failures."""

import pytest

from benchmarks.lint.measures import (
    Share,
    broken,
    crashed,
    false_positives,
    flips,
    recall,
    recall_per_kind,
)
from benchmarks.lint.pairs import Finding, Pair, Result, named, sample
from benchmarks.lint.table import report, scores

SOUND = Pair("iris", None, "development", 0.9)
FROZEN = Pair("iris", "frozen", "development", 0.9, ("FRZ01", "D08"), lowers_score=True)
NAN = Pair("iris", "nan", "mixed", 0.9, ("DATA02",))
OTHER = Pair("wine", None, "held-out", 0.9)
OTHER_NAN = Pair("wine", "nan", "held-out", 0.9, ("DATA02",))
PAIRS = [SOUND, FROZEN, NAN, OTHER, OTHER_NAN]


def result(pair: Pair, *ids: str, severity: str = "warn", **more: object) -> Result:
    found = tuple(Finding(rule, severity, f"about {rule}") for rule in ids)
    return Result(pair, found, **more)  # type: ignore[arg-type]


def test_only_warnings_and_errors_about_sound_programs_are_false_alarms() -> None:
    results = [
        result(SOUND, "BN01", severity="info"),
        result(OTHER, "LR01", "LR02"),
        result(NAN, "ACT01"),
    ]
    alarms = [(one.program, one.finding.id) for one in false_positives(results)]
    assert alarms == [("wine", "LR01"), ("wine", "LR02")]


def test_one_right_rule_of_any_severity_is_enough() -> None:
    results = [result(FROZEN, "LR01", "D08", severity="info"), result(NAN, "LR01")]
    assert recall(results) == Share(1, 2)
    assert recall_per_kind(results) == {"frozen": Share(1, 1), "nan": Share(0, 1)}


def test_a_faulty_program_without_a_result_counts_as_not_found() -> None:
    results = [result(NAN, "DATA02"), result(OTHER_NAN, failure="not ready after 60 s")]
    assert recall(results) == Share(1, 2)
    assert broken(results) == [("wine/nan", "not ready after 60 s")]


def test_pair_flips_if_a_right_rule_is_absent_from_the_sound_twin() -> None:
    results = [
        result(SOUND, "FRZ01"),
        result(FROZEN, "FRZ01", "D08"),
        result(NAN, "LR01"),
        result(OTHER, "DATA02"),
        result(OTHER_NAN, "DATA02"),
    ]
    assert flips(results, results) == Share(1, 2)


def test_pair_without_its_sound_twin_does_not_flip() -> None:
    results = [result(FROZEN, "FRZ01"), result(SOUND, failure="gone")]
    assert flips(results, results) == Share(0, 1)


def test_error_of_keras_keeps_findings_and_is_a_failure_of_sound_programs_alone() -> None:
    results = [result(SOUND, error="ValueError: x"), result(NAN, "DATA02", error="ValueError: y")]
    assert broken(results) == [("iris/sound", "ValueError: x")]
    assert recall(results) == crashed(results) == Share(1, 1)


def test_report_tells_each_set_and_both_numbers_of_shares() -> None:
    text = report([result(SOUND, "LR01"), result(FROZEN, "D08"), result(NAN), result(OTHER)])
    assert "## development" in text
    assert "## held-out" in text
    assert "## mixed" in text
    assert "warnings and errors per sound program: 0.50 (1 in 2 programs)" in text
    assert "  iris: LR01 (warn) about LR01" in text
    assert "found in total               1/2 (50 %)" in text
    assert "of these absent from the sound twin: 1/1 (100 %)" in text
    assert "did not run: 0 of 4" in text


def test_scores_name_who_does_not_learn_and_what_does_no_harm() -> None:
    text = scores([result(SOUND, score=float("nan")), result(FROZEN, score=0.95)])
    assert "reach their score: 0/1\n  not iris/sound" in text
    assert "as they should: 0/1\n  not iris/frozen" in text


def test_names_choose_programs_kinds_and_pairs_with_their_sound_twins() -> None:
    assert named(PAIRS, ["nan"]) == [SOUND, NAN, OTHER, OTHER_NAN]
    assert named(PAIRS, ["iris/frozen"]) == [SOUND, FROZEN]
    assert named(PAIRS, ["wine"]) == [OTHER, OTHER_NAN]


def test_unknown_name_is_told() -> None:
    with pytest.raises(ValueError, match="no program, kind or pair is called mushrooms"):
        named(PAIRS, ["iris", "mushrooms"])


def test_sample_has_each_kind_in_each_set_and_various_programs() -> None:
    more = [Pair("more", None, "held-out", 0.9), Pair("more", "nan", "held-out", 0.9)]
    assert sample([*PAIRS, *more]) == [SOUND, FROZEN, NAN, *more]


def test_prediction_of_a_wrong_shape_has_no_score_and_is_no_error() -> None:
    results = [result(NAN, score=None)]
    assert "no score" in scores(results)
    assert crashed(results) == Share(0, 1)
