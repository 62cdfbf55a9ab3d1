"""Whether a difference is real, as the page says it."""

import re
from html import unescape
from typing import Any

from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project

from ...sketches import sketch_run
from ..reading import address


def seeds(project: Project, by: User, width: int, *results: float, **fields: Any) -> None:
    for seed, result in enumerate(results):
        params = {"width": width, "seed": seed}
        sketch_run(project, by, val_loss=(result,), params=params, **fields)


def said(page: Client, project: Project, runs: str, **asked: str) -> list[str]:
    text = page.get(address(project, "compare/", runs=runs, **asked)).content.decode()
    found = re.findall(r'<li class="verdict [^"]*">(.*?)</li>', text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", one)) for one in found]


def test_overlapping_repeats_are_within_seed_noise(
    page: Client, digits: Project, alice: User
) -> None:
    seeds(digits, alice, 8, 0.1, 0.2, 0.3, 0.4)
    seeds(digits, alice, 16, 0.15, 0.25, 0.35, 0.38)
    (verdict,) = said(page, digits, "1,5")
    assert verdict.startswith("#5: Within seed noise.")
    assert "(4 runs) against 0.2500 ± 0.13 (4 runs), p = " in verdict
    assert "permutation test of means, exact" in verdict


def test_repeats_that_lie_apart_are_beyond_it(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2, 0.3, 0.4)
    seeds(digits, alice, 16, 1.1, 1.2, 1.3, 1.4)
    (verdict,) = said(page, digits, "1,5")
    assert "Beyond seed noise." in verdict
    # Of 70 splits two lie as far apart.
    assert "p = 0.029" in verdict


def test_too_few_repeats_are_said_to_be_too_few(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    seeds(digits, alice, 16, 1.1, 1.2)
    (verdict,) = said(page, digits, "1,3")
    assert "Too few repeats to tell." in verdict
    assert "With 2 and 2 runs no p below 0.33 is possible: run more seeds." in verdict


def test_several_comparisons_are_corrected(page: Client, digits: Project, alice: User) -> None:
    for width in (8, 16, 32):
        seeds(digits, alice, width, *(width + step for step in range(5)))
    verdicts = said(page, digits, "1,6,11,12")
    assert len(verdicts) == 3
    # 2 of 252 splits; the two runs of one configuration are one comparison.
    assert all("p = 0.0079, 0.016 after Holm's correction for 2 comp" in one for one in verdicts)


def test_few_runs_that_pass_after_stronger_ones_are_not_called_too_few(
    page: Client, digits: Project, alice: User
) -> None:
    for width, count in ((8, 4), (16, 6), (32, 4)):
        seeds(digits, alice, width, *(width + step / 10 for step in range(count)))
    # 1 of 210 splits twice, then 2 of 70 once; twice the latter would be above 0.05.
    strong, weak = said(page, digits, "1,5,11")
    assert "Beyond seed noise." in strong
    assert "Beyond seed noise." in weak
    assert "p = 0.029, 0.029 after" in weak


def test_a_single_run_is_set_beside_all_repeats(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2, 0.3)
    seeds(digits, alice, 16, 0.25)
    (verdict,) = said(page, digits, "1,4")
    assert "No more than repeats differ." in verdict
    assert "Of 3 pairs of repeats in the project (1 configuration, 3 runs), 3 (100 %)" in verdict
    seeds(digits, alice, 32, 0.9)
    (verdict,) = said(page, digits, "1,5")
    assert "More than most repeats differ." in verdict


def test_two_runs_of_one_configuration_are_repeats(
    page: Client, digits: Project, alice: User
) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    (verdict,) = said(page, digits, "1,2")
    assert "Repeats of one configuration." in verdict
    assert "0.1500 ± 0.071 (2 runs)" in verdict


def test_without_repeats_nothing_can_be_told(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1)
    seeds(digits, alice, 16, 0.2)
    (verdict,) = said(page, digits, "1,2")
    assert "Nothing can be told." in verdict
    assert "no configuration of the project was repeated" in verdict
    answer = page.get(address(digits, "compare/", runs="1,2"))
    assert "train the same configurations again with other seeds" in answer.content.decode()


def test_only_finished_runs_with_the_metric_count(
    page: Client, digits: Project, alice: User
) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    seeds(digits, alice, 16, 0.3, status="running")
    (verdict,) = said(page, digits, "1,3")
    assert "#3 has no finished run with this metric." in verdict
    seeds(digits, alice, 32, float("nan"))
    assert "#4 has no finished run with this metric." in said(page, digits, "1,4")[0]


def test_another_metric_can_be_asked_for(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    seeds(digits, alice, 16, 0.1, 0.2)
    (verdict,) = said(page, digits, "1,3", metric="loss")
    assert "0.1350" in verdict
