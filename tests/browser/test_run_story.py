"""A run from its start to its end, as somebody lives it; and one whose every text is hostile."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..cast import api_of
from ..runs.words.telling import git, model, on_epochs, script, send, tell
from .waiting import wait_until_quiet

HOSTILE = "<img src=x data-xss onerror=alert(1)>\"'><script data-xss>alert(1)</script>{{7*7}}"
MEDIA: list[dict[str, object]] = [
    {"type": "table", "caption": HOSTILE, "columns": [HOSTILE], "rows": [[HOSTILE]]},
    {"type": "confusion", "labels": [HOSTILE], "counts": [[1]]},
    {"type": "histogram", "edges": [0, 1], "counts": [1]},
]
DONE = {"kind": "status", "data": {"status": "finished"}}


def test_a_run_is_followed_understood_noted_and_quoted(
    page: Callable[..., Page], digits: Project, alice: User
) -> None:
    api = api_of(alice)
    tell(api, "calm-otter", {"val_loss": [0.5, 0.4]}, params={"width": 64}, model=model(8, 1))
    run_id = tell(
        api,
        "new",
        {"val_loss": [0.6], "loss": [0.7]},
        ended="",
        params={"width": 128, "fit": {"epochs": 4}},
        model=model(8, 8, 1),
    )
    here = page(alice, permissions=["clipboard-read", "clipboard-write"])
    here.goto(f"/runs/{run_id}/")
    words = here.locator("#vitals .words").first
    expect(words).to_contain_text("1 of 4 epochs done")

    send(api, run_id, on_epochs({"val_loss": [0.9, 0.3, 0.2], "loss": [0.8, 0.4, 0.3]}, 1), seq=2)
    expect(words).to_contain_text("4 of 4 epochs done")
    send(api, run_id, {"events": [DONE]}, seq=3)
    expect(here.locator("[data-live]")).to_have_count(0)
    expect(words).to_contain_text("Its best val_loss is 0.2000 at epoch 3")
    expect(words).to_contain_text("That is the best of 2 runs")
    expect(words).to_contain_text("#1 calm-otter")

    words.get_by_role("link", name="model", exact=True).click()
    expect(here.locator("#difference-layers")).to_be_in_viewport()
    expect(here.locator("main")).to_contain_text(re.compile("1 added.* parameters"))

    here.goto(f"/runs/{run_id}/")
    here.get_by_label("Note well").fill("**Spike**: the loss doubled, unlike #1.")
    here.get_by_label("at step").fill("1")
    here.get_by_role("button", name="Add the note").click()
    note = here.locator("#notes-list .note")
    expect(note.get_by_role("link", name="#1", exact=True)).to_be_visible()
    mark = here.locator(".chart-mark-note").first
    mark.focus()
    expect(here.locator(".mark-tip:visible")).to_contain_text("Spike: the loss doubled")

    here.get_by_role("link", name="Quote", exact=True).click()
    here.get_by_role("link", name="val_loss", exact=True).click()
    here.get_by_role("button", name="Quote this value").click()
    here.locator("#latex").get_by_role("button", name="Copy").click()
    expect(here.locator("#latex").get_by_role("button")).to_contain_text("Copied")
    assert "$0.2000$" in here.evaluate("navigator.clipboard.readText()")

    here.goto(digits.get_absolute_url())
    here.get_by_role("link", name="notes", exact=True).click()
    here.get_by_label("Find in the notes").fill("spike")
    here.get_by_role("button", name="Find").click()
    expect(here.locator(".note")).to_contain_text("Spike: the loss doubled, unlike #1.")
    here.get_by_role("link", name=re.compile("#2 new")).click()
    expect(here.locator("h1")).to_contain_text("#2 new")


def hostile_run(api: object, number: int) -> str:
    """A run that says the same hostile thing wherever a text may stand."""
    stack = model(8, 4, 1, name=HOSTILE)
    for layer in stack["layers"]:
        layer |= {"name": f"{layer['name']}{HOSTILE}", "class": HOSTILE, "activation": HOSTILE}
        layer["settings"] = {HOSTILE: HOSTILE, "units": number}
    stack["edges"] = [
        [one["name"], two["name"]]
        for one, two in zip(stack["layers"], stack["layers"][1:], strict=False)
    ]
    stack["compile"] = {"loss": HOSTILE, "optimizer": HOSTILE, "metrics": [HOSTILE]}
    batch = {
        **on_epochs({HOSTILE: [0.5, 0.25], "val_loss": [0.5, number / 9]}),
        "events": [
            {"kind": "note", "data": {"text": f"{HOSTILE} [x](javascript:alert(1))", "step": 1}},
            {"kind": "finding", "data": {"text": HOSTILE, "step": 1}},
            {"kind": "lost", "data": {"reasons": {HOSTILE: 3}}},
            {"kind": "lost", "data": {HOSTILE: HOSTILE}},
            *(
                {"kind": "media", "data": {"name": f"{HOSTILE}{one['type']}", **one}}
                for one in MEDIA
            ),
        ],
    }  # fmt: skip
    return tell(
        api,  # type: ignore[arg-type]
        HOSTILE,
        reason=HOSTILE,
        ended="failed",
        params={HOSTILE: HOSTILE, "width": number, "nested": {HOSTILE: [HOSTILE]}},
        model=stack,
        environment={**git(str(number)), "backend": HOSTILE, "command": [HOSTILE],
                     "packages": {HOSTILE: f"{HOSTILE}{number}"}, "variables": {HOSTILE: HOSTILE}},
        code=script(f"{HOSTILE} {number}", path=HOSTILE),
        data={HOSTILE: HOSTILE, "samples": number},
        summary={HOSTILE: HOSTILE},
        batches=[batch],
    )  # fmt: skip


def test_hostile_text_in_every_field_is_shown_as_text(
    page: Callable[..., Page], digits: Project, alice: User
) -> None:
    api = api_of(alice)
    first, last = hostile_run(api, 1), hostile_run(api, 2)
    api.patch(f"/api/v1/runs/{last}/", {"notes": HOSTILE, "tags": [HOSTILE], "group": HOSTILE})
    here = page(alice)
    here.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError(dialog.message)))
    project, run = digits.get_absolute_url(), f"/runs/{last}/"
    here.goto(f"{run}metrics/")
    here.get_by_role("link", name=HOSTILE).first.click()
    quoted = here.url
    addresses = [
        *(run, f"{run}model/", f"{run}graph/", f"{run}media/", f"{run}metrics/", f"{run}edit/"),
        *(f"{run}difference/?to=previous", f"{run}notes/", quoted, f"/runs/{first}/"),
        *(project, f"{project}notes/", f"{project}versions/", f"{project}activity/"),
        *(f"{project}compare/?runs=1,2", f"{project}?group=group", f"{project}export/"),
    ]
    for address in addresses:
        here.goto(address)
        wait_until_quiet(here)
        expect(here.locator("main")).to_be_visible()
        assert here.locator("[data-xss]").count() == 0, address
        assert "49" not in here.title(), address
    here.goto(run)
    expect(here.locator("h1")).to_contain_text("<img src=x data-xss")
    expect(here.locator("#notes-list")).to_contain_text("<script data-xss>alert(1)</script>")
