"""Stories about the model on the page of a run: its layers, and its graph."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..runs.page.models import dense, model
from ..sketches import send_events, sketch_run

BLOCKS = 12


@pytest.fixture
def run(visitor: Any, digits: Project, alice: User) -> Run:
    """A residual model: twelve blocks of nine layers, each with a way past it."""
    names, edges = ["entry"], []
    for block in range(BLOCKS):
        inner = [f"block{block}_{place}" for place in range(9)]
        steps = [names[-1], *inner, f"join{block}"]
        edges += [*map(list, pairwise(steps)), [steps[0], steps[-1]]]
        names += steps[1:]
    made = sketch_run(digits, alice, name="residual")
    layers = [dense(name, **({"class": "Add"} if "join" in name else {})) for name in names]
    send_events(made, ("model", model(layers, edges)))
    return made


def test_layers_are_paged_found_and_reached_from_the_graph(
    page: Callable[..., Page], dana: User, run: Run
) -> None:
    here = page(dana)
    here.goto(run.get_absolute_url())
    here.evaluate("document.body.dataset.same = 'page'")
    layers = here.locator("#layers")
    expect(layers).to_contain_text("121, 1 to 30")
    layers.get_by_role("link", name="Next").click()
    expect(layers).to_contain_text("121, 31 to 60")
    layers.get_by_label("Name or class of a layer").fill("add")
    layers.get_by_role("button", name="Find").click()
    expect(layers).to_contain_text("12 of 121 with “add”")
    expect(layers.locator("tbody th.layer-name")).to_have_count(BLOCKS)

    graph = here.locator("#graph")
    # It is replaced by the drawing as soon as it is seen.
    graph.evaluate("part => part.scrollIntoView()")
    expect(graph).to_contain_text("121 layers in 25 boxes")
    expect(graph.locator(".graph-way.is-long")).to_have_count(BLOCKS)
    box = graph.get_by_role("link", name="join7 (Add)")
    box.click()
    row = here.locator("tr.is-pointed")
    expect(row).to_contain_text("join7")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    assert here.evaluate("document.body.dataset.same") == "page"

    graph.get_by_role("link", name="Every layer").click()
    expect(graph).to_contain_text("121 layers; 12 connections")
    width = graph.locator("svg.graph").evaluate("(svg) => svg.width.baseVal.value")
    graph.get_by_role("button", name="Smaller").click()
    assert graph.locator("svg.graph").evaluate("(svg) => svg.width.baseVal.value") < width


def test_without_script_links_lead_to_pages(
    page: Callable[..., Page], dana: User, run: Run
) -> None:
    here = page(dana, java_script_enabled=False)
    here.goto(run.get_absolute_url())
    here.get_by_role("link", name="Graph of the model").click()
    here.get_by_role("link", name="join7 (Add)").click()
    expect(here.locator("tr.is-pointed")).to_contain_text("join7")
    here.locator("#layers").get_by_role("link", name="Next").click()
    expect(here.locator("#layers")).to_contain_text("121, 91 to 120")


def test_a_phone_scrolls_the_graph_not_the_page(
    page: Callable[..., Page], dana: User, run: Run
) -> None:
    here = page(dana, width=390)
    here.goto(f"{run.get_absolute_url()}graph/")
    expect(here.locator("svg.graph")).to_be_visible()
    assert here.evaluate("document.documentElement.scrollWidth") == 390
