"""A story about versions: from a run to what is new in its model."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..sketches import send_events, sketch_run


def layer(kind: str, name: str, parameters: int, **settings: Any) -> dict[str, Any]:
    return {
        "name": name,
        "class": kind,
        "parent": None,
        "output_shape": [None, settings.get("units", 64)],
        "parameters": parameters,
        "settings": settings,
    }


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    """Two runs; the second one's model has a dropout more and a wider layer."""
    first = layer("Dense", "dense", 50_240, units=64)
    models = [
        [first, layer("Dense", "dense_1", 650, units=10)],
        [
            layer("Dense", "dense_2", 100_480, units=128),
            layer("Dropout", "dropout", 0, rate=0.25),
            layer("Dense", "dense_3", 1_290, units=10),
        ],
    ]
    found = []
    for number, layers in enumerate(models):
        run = sketch_run(digits, alice, name=f"try-{number}", params={"width": 64 * (number + 1)})
        source = f"import keras\n\nwidth = {64 * (number + 1)}\nmodel = made(width)\nfit(model)\n"
        send_events(
            run,
            ("model", {"layers": layers, "kind": "sequential", "class": "Sequential"}),
            ("code", {"kind": "script", "path": "train.py", "source": source, "sha256": "aa"}),
            ("environment", {"git": {"commit": "c0ffee00"}, "weights": {"hash": f"w{number}"}}),
        )
        found.append(run)
    return found


def look(here: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at one."""
    if folder := os.environ.get("AHNB_TEST_PICTURES"):
        here.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_run_to_the_layer_that_was_added(
    page: Callable[..., Page], alice: User, runs: list[Run], width: int
) -> None:
    here = page(alice, width=width)
    here.goto(runs[1].get_absolute_url())
    card = here.get_by_role("region", name="Identity", exact=True)
    expect(card).to_contain_text("same as #1")
    look(here, f"run-{width}")
    card.get_by_role("link", name="the previous run").click()
    expect(here).to_have_url(re.compile(r"/difference/\?to=1$"))
    layers = here.get_by_role("region", name="Layers", exact=True)
    expect(layers.get_by_role("row", name=re.compile("added dropout"))).to_be_visible()
    expect(layers).to_contain_text("units 64 → 128")
    look(here, f"difference-{width}")
    assert here.evaluate("document.documentElement.scrollWidth") <= width

    here.goto(runs[1].get_absolute_url())
    card.get_by_role("link", name="v2").click()
    expect(here.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(here.get_by_role("region", name="Difference to v1")).to_contain_text("dropout")
    look(here, f"version-{width}")
    assert here.evaluate("document.documentElement.scrollWidth") <= width
    here.get_by_role("link", name="versions", exact=True).click()
    expect(here.get_by_role("listitem").filter(has_text="Against v1")).to_contain_text("1 added")
    look(here, f"versions-{width}")
    assert here.evaluate("document.documentElement.scrollWidth") <= width
