"""Stories about quoting a value and freezing its run."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.freezing import freeze_run
from runs.models import Run
from runs.notes import add_note

from ..sketches import sketch_run
from .conftest import Visitor


def test_the_best_value_is_quoted_into_latex_and_the_run_frozen(
    page: Callable[..., Page], digits: Project, bob: User
) -> None:
    run = sketch_run(digits, bob, name="brave-otter")
    here = page(bob, permissions=["clipboard-read", "clipboard-write"])
    here.goto(run.get_absolute_url())
    here.get_by_role("link", name="Quote", exact=True).click()
    here.get_by_role("link", name="val_loss").click()
    expect(here.locator(".quote-value")).to_have_text("0.4000")
    expect(here.locator("main")).to_contain_text("at epoch 2 (the 3rd; the first is epoch 0)")
    here.get_by_role("button", name="Quote this value").click()
    latex = here.locator("#latex")
    latex.get_by_role("button", name="Copy").click()
    expect(latex.get_by_role("button")).to_contain_text("Copied")
    copied = here.evaluate("navigator.clipboard.readText()")
    assert "\\texttt{val\\_loss}~= $0.4000$" in copied
    assert here.url in copied

    here.goto(run.get_absolute_url())
    expect(here.locator("#quotes")).to_contain_text("val_loss = 0.4000")
    here.get_by_role("link", name="Freeze").click()
    expect(here.locator("main")).to_contain_text("Only an owner of the project can unfreeze it")
    here.get_by_role("button", name="Freeze the run").click()
    expect(here.locator("#frozen")).to_contain_text("by Bob")
    expect(here.get_by_role("button", name="Trash")).to_have_count(0)
    assert Run.objects.get(id=run.id).frozen_at is not None


def test_a_page_that_is_older_than_the_freeze_is_refused_in_words(
    visitor: Visitor, digits: Project, bob: User
) -> None:
    run = sketch_run(digits, bob)
    here = visitor.page(bob)
    here.goto(run.get_absolute_url())
    freeze_run(run=run, by=bob)
    # The browser tells of the refusal in its console; the page says it in words.
    with here.expect_response(lambda answer: answer.status == 409):
        here.get_by_role("button", name="Trash").click()
    expect(here.locator("main")).to_contain_text("frozen")
    visitor.faults = [fault for fault in visitor.faults if "409" not in fault]
    assert Run.objects.get(id=run.id).trashed_at is None


def test_quoting_works_without_script_on_a_phone(
    page: Callable[..., Page], digits: Project, dana: User, alice: User
) -> None:
    run = sketch_run(digits, alice)
    add_note(run=run, by=alice, text="Well.")
    here = page(dana, width=390, java_script_enabled=False)
    here.goto(f"{run.get_absolute_url()}metrics/")
    here.get_by_role("link", name="val_loss").click()
    here.get_by_role("link", name="First").click()
    # The page of the best value, which is left by that, has such a button, too.
    expect(here.locator(".quote-value")).to_have_text("0.9000")
    here.get_by_role("button", name="Quote this value").click()
    expect(here.locator("h1")).to_have_text("val_loss = 0.9000")
    width = here.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
