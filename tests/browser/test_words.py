"""The paragraph at the top of a run's page, read and followed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..cast import api_of
from ..runs.words.telling import model, send, tell


def test_the_paragraph_follows_the_training_and_leads_to_the_difference(
    page: Callable[..., Page], digits: Project, alice: User
) -> None:
    api = api_of(alice)
    tell(api, "calm-otter", {"val_loss": [0.5, 0.2]}, params={"width": 64}, model=model(8, 1))
    params = {"width": 128, "fit": {"epochs": 2}}
    curves = {"val_loss": [0.5]}
    run_id = tell(api, "new", curves, ended="", params=params, model=model(8, 8, 1))

    here = page(alice)
    here.goto(f"/runs/{run_id}/")
    words = here.locator("#vitals .words").first
    expect(words).to_contain_text("1 of 2 epochs done. Its only val_loss is 0.5000 at epoch 0.")
    expect(words).to_contain_text("place 2 of 2 runs with val_loss; the best is #1 calm-otter")

    end = {"kind": "status", "data": {"status": "failed", "reason": "<b>no room</b>"}}
    send(api, run_id, {"events": [end]}, seq=2)
    expect(words).to_contain_text("1 of 2 planned epochs. The reason given: <b>no room</b>.")

    words.get_by_role("link", name="model", exact=True).click()
    expect(here.locator("#difference-layers")).to_be_in_viewport()
    expect(here.get_by_role("heading", level=1)).to_be_visible()
