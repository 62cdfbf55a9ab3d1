"""The first page."""

from collections.abc import Callable

from django.test import Client

from ahnb_platform.accounts.models import User
from projects import services
from projects.models import Project
from runs.models import Run

from ..cast import make_project, make_team
from ..sketches import sketch_run
from .reading import queries_of


def test_home_shows_counts_best_result_and_role(
    page: Client, digits: Project, runs: list[Run], secret: Project
) -> None:
    shown = page.get("/").content.decode()
    assert "vision/digits" in shown
    assert "0.1667" in shown
    assert f"#{runs[-1].number}" in shown
    assert "owner" in shown
    assert "secret" not in shown


def test_home_without_projects_says_the_next_step(page: Client) -> None:
    shown = page.get("/").content.decode()
    assert "Log your first run" in shown
    assert "ahnb login --server http://testserver" in shown
    assert "AHNBCallback" in shown


def test_home_leads_to_a_new_project_with_and_without_projects(page: Client, alice: User) -> None:
    assert page.get("/").content.decode().count('href="/projects/new/"') == 1
    make_project(make_team("vision", alice), "digits", alice)
    assert page.get("/").content.decode().count('href="/projects/new/"') == 1


def test_home_needs_as_many_queries_for_many_projects(
    page: Client, digits: Project, alice: User, make_run: Callable[..., Run]
) -> None:
    few = queries_of(page, "/")
    for number in range(5):
        made = services.create_project(team=digits.team, slug=f"p{number}", by=alice)
        sketch_run(made, alice)
    assert queries_of(page, "/") <= few + 2
    assert few <= 6
