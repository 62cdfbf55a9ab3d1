"""What holds on every page: accessible, in light and dark, narrow, with and without script."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from projects.queries import project_for_user
from runs.linting.muting import mute_rule
from runs.notes import add_note
from runs.services import pin_run, trash_run

from ..cast import token_of
from ..sketches import send_events, sketch_project
from .waiting import wait_until_quiet

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LAYER = {"name": "dense", "class": "Dense", "output_shape": [None, 10], "parameters": 650}


@pytest.fixture
def paths(digits: Project, alice: User) -> list[str]:
    runs = sketch_project(digits, alice, count=10)
    pin_run(run=runs[1], by=alice)
    add_note(run=runs[0], by=alice, text="Looks calmer.", step=1)
    trash_run(run=runs[-1], by=alice)
    told = {"severity": "error", "text": "Twice.", "fix": "Dense(10)", "evidence": {"units": 10}}
    for run in runs[:2]:
        for rule, layer in (("LOSS01", "dense"), ("DATA01", "input"), ("OWN", "other")):
            found = {"id": rule, "where": {"layer": layer}, "step": 1, **told}
            send_events(run, ("finding", found))
    seen = project_for_user(alice, "vision", "digits")
    mute_rule(project=seen, rule="DATA01", by=alice, reason="It is meant so.")
    send_events(runs[0], ("model", {"name": "digits", "layers": [LAYER]}))
    here = digits.get_absolute_url()
    return [
        "/",
        here,
        f"{here}?q=metrics.val_loss+<+<",
        f"{here}?q=params.width+>+99999",
        f"{here}?place=trash",
        f"{here}settings/",
        f"{here}sharing/",
        f"{here}views/",
        f"{here}insights/",
        f"{here}activity/",
        f"{here}findings/",
        f"{here}findings/?rule=LOSS01&muted=all&severity=error",
        f"{here}findings/?severity=info",
        f"{here}storage/",
        runs[0].get_absolute_url(),
        f"{runs[0].get_absolute_url()}edit/",
        "/tokens/",
        "/teams/",
        "/teams/vision/",
        "/teams/vision/audit/",
        "/account/",
        "/account/password/change/",
        "/account/factors/",
        "/account/sessions/",
        "/teams/vision/entrance/",
        "/account/logout/",
    ]


def drawn(page: Page, path: str) -> None:
    page.goto(path)
    if page.locator("[data-charts], [data-group]").count():
        expect(page.locator("[data-chart] canvas").first).to_be_visible()
    wait_until_quiet(page)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing(
    page: Callable[..., Page], alice: User, paths: list[str], theme: str
) -> None:
    here = page(alice, color_scheme=theme)
    found = []
    for path in paths:
        drawn(here, path)
        assert here.locator("html").get_attribute("data-bs-theme") == theme
        for fault in Axe().run(here, options=RULES).response["violations"]:
            places = [node["target"] for node in fault["nodes"][:3]]
            found.append(f"{path}: {fault['id']} {fault['help']} at {places}")
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_the_login(page: Callable[..., Page], theme: str) -> None:
    here = page(color_scheme=theme)
    here.goto("/account/login/")
    card = here.locator(".door").bounding_box()
    assert card is not None
    assert abs(card["x"] + card["width"] / 2 - 640) < 10
    assert card["width"] < 500
    assert Axe().run(here, options=RULES).response["violations"] == []


def test_no_page_scrolls_sideways_on_a_phone(
    page: Callable[..., Page], alice: User, paths: list[str]
) -> None:
    here = page(alice, width=390)
    wide = []
    for path in paths:
        drawn(here, path)
        if here.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    assert wide == []


def test_first_columns_stay_readable_on_a_phone(
    page: Callable[..., Page], alice: User, paths: list[str]
) -> None:
    here = page(alice, width=390)
    drawn(here, paths[1])
    table = here.locator(".table-responsive").last
    first = table.locator("tbody th[scope=row]").first
    table.evaluate("table => { table.scrollLeft = 400; }")
    box = first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert 100 < box["width"] < 200


def test_rows_of_a_listing_show_all_they_have_on_a_phone(
    page: Callable[..., Page], alice: User, paths: list[str]
) -> None:
    here = page(alice, width=390)
    token_of(alice)
    trash = next(path for path in paths if "place=trash" in path)
    for path in [trash, "/tokens/", "/teams/vision/", "/"]:
        drawn(here, path)
        listing = here.locator(".table-listing").first
        assert listing.evaluate("table => table.parentElement.scrollWidth") <= 390
        for button in listing.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        says = "cell => getComputedStyle(cell, '::before').content"
        assert listing.locator("td[data-label]").first.evaluate(says) != "none"


def test_times_stay_in_one_line(page: Callable[..., Page], alice: User, paths: list[str]) -> None:
    here = page(alice, width=390)
    here.goto("/teams/vision/audit/")
    times = here.locator("td time")
    assert times.count()
    for box in [times.nth(place).bounding_box() for place in range(times.count())]:
        assert box is not None
        assert box["height"] < 30


def test_every_page_says_the_same_without_script(
    page: Callable[..., Page], alice: User, paths: list[str]
) -> None:
    here = page(alice, java_script_enabled=False)
    for path in paths:
        here.goto(path)
        expect(here.locator("h1")).to_have_count(1)
        expect(here.locator("main")).not_to_be_empty()
        expect(here.locator(".needs-script:visible")).to_have_count(0)


def test_the_menu_works_by_keyboard(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto("/")
    here.locator("summary[aria-label^='Menu of']").focus()
    here.keyboard.press("Enter")
    expect(here.get_by_role("link", name="Tokens", exact=True).first).to_be_visible()
    here.keyboard.press("Escape")
    expect(here.get_by_role("button", name="Log out")).to_be_hidden()
    assert here.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_choice_of_colours_is_remembered(page: Callable[..., Page], alice: User) -> None:
    here = page(alice, color_scheme="light")
    here.goto("/")
    here.locator("summary[aria-label^='Menu of']").click()
    here.get_by_role("button", name="Dark colours").click()
    expect(here.locator("html")).to_have_attribute("data-bs-theme", "dark")
    here.goto("/teams/")
    expect(here.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_first_tab_leads_to_the_content(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto("/")
    here.keyboard.press("Tab")
    expect(here.get_by_role("link", name="Skip to the content")).to_be_focused()
    here.keyboard.press("Enter")
    expect(here.locator("main")).to_be_focused()
