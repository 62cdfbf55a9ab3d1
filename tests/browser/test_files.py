"""A story about the files of a run."""

from pathlib import Path

import requests
from playwright.sync_api import expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from .. import cast
from .conftest import Visitor


def test_files_are_seen_shown_and_taken_away(
    visitor: Visitor, digits: Project, bob: User, dana: User
) -> None:
    run = cast.make_run(digits, bob, name="brave-otter")
    address = f"{visitor.site.url}/api/v1/runs/{run.id}/artifacts/"
    headers = {"Authorization": f"Bearer {cast.token_of(bob)}"}
    files = [("plots/loss.png", cast.PNG), ("model.keras", b"one"), ("model.keras", b"two")]
    for name, content in files:
        answer = requests.put(
            address, data=content, params={"name": name}, headers=headers, timeout=10
        )
        assert answer.status_code == 201
    here = visitor.page(dana)
    here.goto(run.get_absolute_url())
    card = here.locator("#files")
    card.scroll_into_view_if_needed()
    expect(card.get_by_role("row", name="loss.png")).to_be_visible()
    expect(card.locator(".file-preview img")).to_be_visible()
    with here.expect_download() as waiting:
        card.get_by_role("link", name="model.keras").first.click()
    assert Path(waiting.value.path()).read_bytes() == b"two"
    assert waiting.value.suggested_filename == "model.keras"
    card.locator(".file-older summary").click()
    expect(card.locator(".file-versions tbody tr")).to_have_count(2)
