"""Projects that are hard to draw: few runs, many, missing, equal, infinite, extreme values."""

from collections.abc import Callable
from math import inf, nan
from typing import Any

from ahnb_platform.accounts.models import Team, User
from projects.models import Project
from runs.seeding import seed_runs

from .cast import make_project
from .sketches import sketch_run

LONG = "a-very-long-name-of-something-that-somebody-once-typed-" * 3


def one(project: Project, by: User) -> None:
    sketch_run(project, by, params={"width": 64, "optimizer": {"name": "adam"}})


def two_alike(project: Project, by: User) -> None:
    for _ in range(2):
        sketch_run(project, by, params={"width": 64, "dropout": 0.5}, val_loss=(0.5, 0.5))


def many(project: Project, by: User) -> None:
    seed_runs(project=project, count=500)


def missing(project: Project, by: User) -> None:
    """Every run lacks something, and one parameter is now a number and now a text."""
    for number in range(12):
        params: dict[str, Any] = {"width": 2**number, "dropout": number / 20, "depth": number}
        del params[("width", "dropout", "depth")[number % 3]]
        params["mixed"] = number if number % 2 else f"auto-{number}"
        sketch_run(project, by, params=params, val_loss=(1.0, 1 / (number + 1)))
    sketch_run(project, by, params={}, val_loss=())


def equal(project: Project, by: User) -> None:
    for number in range(8):
        params = {"width": 64, "seed": number, "kind": "same"}
        sketch_run(project, by, params=params, val_loss=(0.25, 0.25, 0.25))


def not_finite(project: Project, by: User) -> None:
    """Curves that go to pieces, some from their first point on."""
    curves = [(nan, nan, nan), (0.5, inf, nan), (0.9, -inf, 0.4), (0.9, 0.5, nan), (0.8, 0.6, 0.5)]
    for number, curve in enumerate(curves * 2):
        params = {"learning_rate": 10.0**-number, "width": number}
        status = "failed" if number % 5 < 2 else "finished"
        sketch_run(project, by, params=params, val_loss=curve, status=status)


def extreme(project: Project, by: User) -> None:
    """Thirty powers of ten up and down, below zero, and zero itself."""
    ends = [1e-30, -1e-30, 1e30, -1e30, 0.0, 1.0, 123456789.125, 1e-5]
    for number, end in enumerate(ends):
        params = {"scale": end, "rate": 10.0 ** (3 * number - 12), "count": 10**number}
        sketch_run(project, by, params=params, val_loss=(end * 2, end))


def long_names(project: Project, by: User) -> None:
    """Names that fill a screen, texts in many scripts, and as many categories as are drawn."""
    for number in range(24):
        params = {
            LONG: number,
            "kind": f"category number {number} with a long name",
            "язык": "русский" if number % 2 else "日本語",
            "html": "<b>&amp;</b>",
        }
        sketch_run(
            project, by, params=params, name=f"{LONG}{number}", val_loss=(1.0, 1 / (number + 1))
        )


def unequal_lengths(project: Project, by: User) -> None:
    """Curves of one point and of thousands; some of the runs still train."""
    for number, points in enumerate((1, 1, 2, 30, 300, 3000)):
        curve = [1 / (1 + step / 10) + number / 10 for step in range(points)]
        status = "running" if number % 2 else "finished"
        sketch_run(project, by, params={"width": number}, val_loss=curve, status=status)


MAKERS: dict[str, Callable[[Project, User], None]] = {
    "one": one,
    "two-alike": two_alike,
    "many": many,
    "missing": missing,
    "equal": equal,
    "not-finite": not_finite,
    "extreme": extreme,
    "long-names": long_names,
    "unequal-lengths": unequal_lengths,
}


def make_odd_project(name: str, team: Team, by: User) -> Project:
    """The project of that name in `team`, filled."""
    project = make_project(team, name, by)
    MAKERS[name](project, by)
    return project
