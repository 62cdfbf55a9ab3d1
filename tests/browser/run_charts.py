"""What the stories about the charts of a run share.

With `AHNB_SCREENSHOTS=FOLDER` pictures of what was drawn are left there, to be looked at.
"""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from runs import services
from runs.models import Run

from ..cast import plain_number
from .waiting import wait_until_quiet

FIRST, SECOND = "[data-group='0']", "[data-group='1']"


def look(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for one."""
    folder = os.environ.get("AHNB_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def opened(page: Page, run: Run, query: str = "") -> Page:
    page.goto(run.get_absolute_url() + query)
    expect(page.locator("[data-group] canvas").first).to_be_visible()
    expect(page.locator("[data-frame]").first).to_have_attribute("tabindex", "0")
    wait_until_quiet(page)
    return page


def note_of(page: Page, chart: int = 0) -> Locator:
    return page.locator(f"[data-note='{chart}']")


def batches(
    run: Run, metrics: dict[str, Sequence[float]], attempt: int = 0, start: int = 0
) -> None:
    """Per-batch points from step `start` on, ten a second."""
    count = len(next(iter(metrics.values())))
    axis = {
        "steps": list(range(start, start + count)),
        "times": [run.started_at.timestamp() + (start + at) / 10 for at in range(count)],
    }
    columns = {
        name: {"axis": 0, "v": [plain_number(value) for value in values]}
        for name, values in metrics.items()
    }
    batch = {
        "writer": str(uuid.uuid4()),
        "seq": 1,
        "attempt": attempt,
        "axes": [axis],
        "metrics": columns,
    }
    services.store_batch(run=run, batch=batch)
