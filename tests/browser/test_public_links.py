"""What somebody without an account sees behind a public link."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.links.models import Kind
from projects.links.services import Shown, make_link
from projects.models import Project
from projects.queries import project_for_user

from ..sketches import send_events, sketch_project
from .test_every_page import LAYER, RULES
from .waiting import wait_until_quiet


@pytest.fixture
def paths(digits: Project, alice: User) -> list[str]:
    """A link to a run, to a comparison and to a view."""
    runs = sketch_project(digits, alice, count=5)
    send_events(runs[0], ("model", {"name": "digits", "layers": [LAYER]}))
    seen = project_for_user(alice, "vision", "digits")
    shown = [
        Shown(Kind.RUN, run_id=runs[0].id),
        Shown(Kind.COMPARISON, address="runs=1,3,5"),
        Shown(Kind.VIEW, "All of them", address="cols=status&cols=curve&cols=params.width"),
    ]
    return [make_link(project=seen, shown=one, by=alice, days=1)[1] for one in shown]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_page_draws_its_curves_and_is_accessible(
    page: Callable[..., Page], paths: list[str], theme: str
) -> None:
    here = page(color_scheme=theme, width=390)
    for path in paths:
        here.goto(path)
        expect(here.locator("[data-chart] canvas").first).to_be_visible()
        wait_until_quiet(here)
        assert here.evaluate("document.documentElement.scrollWidth") == 390, path
        assert Axe().run(here, options=RULES).response["violations"] == [], path


def test_a_comparison_reads_its_numbers_and_leads_nowhere(
    page: Callable[..., Page], paths: list[str]
) -> None:
    here = page()
    here.goto(paths[1])
    expect(here.locator("[data-note=compare-curves]")).to_contain_text("3 runs")
    here.locator("[data-table-of=compare-curves] summary").click()
    expect(here.locator("[data-table-body] tbody tr")).to_have_count(3)
    expect(here.locator("[data-table-body] a")).to_have_count(0)
    expect(here.locator("main a[href]")).to_have_count(0)
