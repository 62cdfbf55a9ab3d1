"""Stories about the suggestions below the filter."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_project

SUMMARY = "/projects/vision/digits/"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    sketch_project(digits, alice, count=6)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_keyboard_takes_a_suggestion(
    page: Callable[..., Page], alice: User, width: int, scheme: str
) -> None:
    here = page(alice, width=width, color_scheme=scheme)
    here.goto(SUMMARY)
    field = here.get_by_role("combobox", name="Filter the runs")
    field.press_sequentially("stat")
    option = here.get_by_role("option").first
    expect(option).to_contain_text("status")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "q-list-0")
    field.press("Enter")
    expect(field).to_have_value("status ")
    expect(option).to_contain_text("=")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("is missing")
    field.press("Enter")
    expect(here.get_by_text("No run matches")).to_be_visible()


def test_the_mouse_takes_a_suggestion(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(SUMMARY)
    field = here.get_by_role("combobox", name="Filter the runs")
    field.press_sequentially("status = fin")
    here.get_by_role("option", name="finished").click()
    expect(field).to_have_value('status = "finished" ')


def test_without_javascript_the_filter_is_plain(page: Callable[..., Page], alice: User) -> None:
    here = page(alice, java_script_enabled=False)
    here.goto(f"{SUMMARY}?q=params.nowhere is missing")
    expect(here.get_by_role("searchbox", name="Filter the runs")).to_be_visible()
    expect(here.locator("[data-run]")).to_have_count(6)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_help_lies_within_the_screen(
    page: Callable[..., Page], alice: User, width: int
) -> None:
    here = page(alice, width=width)
    here.goto(SUMMARY)
    for word in ("?", "Views"):
        here.locator("#view-form summary").filter(has_text=word).click()
        box = here.locator("#view-form details[open] .menu-list").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_what_a_script_has_styled_is_swapped_within_the_policy(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice)
    here.goto(SUMMARY)
    # htmx gives new elements the attributes of old ones with the same id for a moment.
    here.evaluate("document.getElementById('runs-title').style.caretColor = 'red'")
    here.get_by_role("combobox", name="Filter the runs").fill("number > 3")
    here.get_by_role("button", name="Filter", exact=True).click()
    expect(here.get_by_text("3 of 6 match")).to_be_visible()
