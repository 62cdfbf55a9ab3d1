"""Stories about the table of runs: ticks, their keys, and what is done with them."""

import re
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


def opened(page: Page, address: str = SUMMARY) -> Page:
    page.goto(address)
    expect(page.locator("#parallel canvas").first).to_be_visible()
    return page


def tick(page: Page, number: int, **how: object) -> None:
    page.get_by_label(f"Choose run {number}").click(**how)  # type: ignore[arg-type]


def test_a_stretch_is_ticked_and_narrows_every_view(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    tick(here, 5)
    tick(here, 3, modifiers=["Shift"])
    expect(here.locator("[data-ticked]")).to_have_text("3 ticked")
    here.get_by_role("button", name="Only these").click()
    expect(here).to_have_url(re.compile(r"pick=3-5|pick=3%2D5"))
    expect(here.locator("[data-run]")).to_have_count(3)
    expect(here.locator("[data-note=parallel]")).to_contain_text("3 of 6 runs")


def test_ticks_outlive_a_refresh_and_keys_move_between_rows(
    page: Callable[..., Page], dana: User
) -> None:
    here = opened(page(dana))
    here.get_by_label("Choose run 6").focus()
    here.keyboard.press("Space")
    here.keyboard.press("ArrowDown")
    expect(here.get_by_label("Choose run 5")).to_be_focused()
    here.get_by_role("link", name="Run", exact=True).click()
    expect(here).to_have_url(re.compile("order="))
    expect(here.get_by_label("Choose run 6")).to_be_checked()
    here.locator("h1").click()
    here.keyboard.press("/")
    expect(here.locator("#q")).to_be_focused()


def test_all_ticked_are_trashed_and_brought_back(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    here.get_by_label("Tick all runs shown").check()
    expect(here.locator("[data-ticked]")).to_have_text("6 ticked")
    tick(here, 1)
    here.get_by_text("Change", exact=True).click()
    here.get_by_role("button", name="Trash").click()
    expect(here.locator("[data-run]")).to_have_count(1)
    here.get_by_role("button", name="Undo").click()
    expect(here.locator("[data-run]")).to_have_count(6)


def test_columns_are_put_in_order_by_keyboard(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    here.get_by_text("Columns", exact=True).click()
    here.get_by_role("button", name="Curve further left").press("Enter")
    here.get_by_role("button", name="Show these").click()
    expect(here).to_have_url(re.compile(r"cols=curve&cols=status"))
    expect(here.locator("#runs-panel thead th").nth(1)).to_have_text("Curve")


def test_without_javascript_ticks_work(page: Callable[..., Page], alice: User) -> None:
    here = page(alice, java_script_enabled=False)
    here.goto(SUMMARY)
    here.get_by_label("Choose run 2").check()
    here.get_by_label("Choose run 4").check()
    here.get_by_role("button", name="Only these").click()
    expect(here.locator("[data-run]")).to_have_count(2)


def test_columns_are_resized_by_keyboard_and_by_hand(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}?cols=params.width&cols=metrics.val_loss.min")
    handle = here.get_by_role("separator", name="Width of width")
    before = int(handle.get_attribute("aria-valuenow") or 0)
    handle.focus()
    here.keyboard.press("ArrowRight")
    expect(here).to_have_url(re.compile(f"width=params.width%3A{before + 16}"))
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    here.mouse.move(box["x"] + 3, box["y"] + 8)
    here.mouse.down()
    here.mouse.move(box["x"] + 63, box["y"] + 8, steps=4)
    here.mouse.up()
    expect(here).to_have_url(re.compile(f"width=params.width%3A{before + 76}"))
    here.reload()
    expect(here.get_by_role("separator", name="Width of width")).to_have_attribute(
        "aria-valuenow", str(before + 76)
    )


def test_a_pinned_column_stays_in_sight(page: Callable[..., Page], alice: User) -> None:
    here = page(alice, width=700)
    keys = ["params.optimizer.learning_rate", "params.width", "started", "duration", "user"]
    here.goto(f"{SUMMARY}?{'&'.join(f'cols={key}' for key in keys)}&pin=params.width")
    head = here.locator("th[data-column='params.width']")
    before = head.bounding_box()
    other = here.locator("th[data-column=started]")
    started = other.bounding_box()
    here.locator(".table-responsive:has(.runs-table)").evaluate("one => { one.scrollLeft = 300 }")
    kept = head.bounding_box()
    assert before is not None
    assert kept is not None
    assert abs(kept["x"] - before["x"]) < 1
    assert started is not None
    moved = other.bounding_box()
    assert moved is not None
    assert moved["x"] < started["x"]


def test_a_head_is_dragged_to_another_place(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}?cols=params.width&cols=started&cols=duration")
    here.locator("th[data-column=duration]").drag_to(here.locator("th[data-column='params.width']"))
    expect(here).to_have_url(re.compile("cols=duration&cols=params.width&cols=started"))
    heads = here.locator("th[data-column]").evaluate_all(
        "all => all.map(one => one.dataset.column)"
    )
    assert heads == ["duration", "params.width", "started"]
