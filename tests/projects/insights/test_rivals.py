"""Whether the best configuration is ahead of the second by more than seeds are."""

from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project

from ...sketches import sketch_run
from ..reading import address


def told(page: Client, project: Project) -> str:
    text = page.get(address(project, "insights/")).content.decode()
    return text.partition("The two best configurations")[2].partition("</p>")[0]


def seeds(project: Project, by: User, width: int, *results: float) -> None:
    for seed, result in enumerate(results):
        params = {"width": width, "seed": seed}
        sketch_run(project, by, val_loss=(result,), params=params)


def test_one_configuration_has_no_rival(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    assert told(page, digits) == ""


def test_single_runs_are_not_tested(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1)
    seeds(digits, alice, 16, 0.2)
    assert "there is no test" in told(page, digits)


def test_few_repeats_are_too_few(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2)
    seeds(digits, alice, 16, 0.8, 0.9)
    assert "2 and 2 runs are too few" in told(page, digits)


def test_repeats_tell_noise_from_more(page: Client, digits: Project, alice: User) -> None:
    seeds(digits, alice, 8, 0.1, 0.2, 0.3, 0.4)
    seeds(digits, alice, 16, 0.15, 0.25, 0.35, 0.45)
    assert "within seed noise" in told(page, digits)
    seeds(digits, alice, 32, 0.01, 0.02, 0.03, 0.04)
    assert "runs=9,1" in told(page, digits)
    assert "beyond seed noise" in told(page, digits)
