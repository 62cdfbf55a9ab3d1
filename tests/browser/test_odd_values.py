"""Charts hold whatever values come: nothing breaks, nothing overlaps the page, all of it is said.

With `AHNB_SCREENSHOTS=FOLDER` pictures of what was drawn are left there, to be looked at.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import Team, User

from ..odd_projects import MAKERS, make_odd_project
from .waiting import wait_until_quiet

LOOKS = [(1440, "light"), (390, "dark")]
CHARTS = ("parallel", "scatter", "over-time")
# One of each sort; the rest differs from these by degree.
FIRST = {"one", "missing", "not-finite", "extreme"}
KINDS = [name if name in FIRST else pytest.param(name, marks=pytest.mark.slow) for name in MAKERS]


def look(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for one."""
    folder = os.environ.get("AHNB_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("name", KINDS)
def test_charts_are_drawn_from_any_values(
    page: Callable[..., Page], vision: Team, alice: User, name: str
) -> None:
    project = make_odd_project(name, vision, alice)
    for width, theme in LOOKS:
        here = page(alice, width=width, color_scheme=theme)
        for series in ("val_loss", "best"):
            here.goto(f"{project.get_absolute_url()}?series={series}")
            for chart in CHARTS:
                expect(here.locator(f"#{chart} canvas").first).to_be_visible()
            wait_until_quiet(here)
            assert here.evaluate("document.documentElement.scrollWidth") <= width
            look(here, f"{name}-{series}-{width}-{theme}")
        link = here.locator("[data-run] .run-name a").first
        here.goto(link.get_attribute("href") or "")
        expect(here.locator("h1")).to_be_visible()
        wait_until_quiet(here)
        assert here.evaluate("document.documentElement.scrollWidth") <= width
        look(here, f"{name}-run-{width}-{theme}")
