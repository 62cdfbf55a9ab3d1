"""Names that look alike, or that an address writes in two ways."""

import unicodedata
from typing import Any
from urllib.parse import quote

import pytest

from tests.house.routes.world import World

SLUGS = [
    "Digits",
    "digits ",
    "dig%69ts",
    "dïgits",
    "digits/",
    "-digits",
    "digits\n",
    "ԁigits",
    "digıts",
    "a" * 64,
    "",
    ".",
    "..",
    "digits\u200b",
]
TAGS = ["100 %", "a/b", "c?d", "e#f", "g&h=i", "é", "e\u0301", "日本", "a;b", "%2e", "+", "' \""]


def made(world: World, **form: str) -> Any:
    """The answer to the form of a new project."""
    return world.browser("owner").post("/projects/new/", {"team": "vision", **form})


@pytest.mark.parametrize("slug", SLUGS)
def test_no_second_spelling_of_an_address_is_given(world: World, slug: str) -> None:
    answer = made(world, name="Twin", slug=slug)
    if answer.status_code == 302:
        taken = answer["Location"].strip("/").split("/")[-1]
        assert taken.isascii()
        assert taken == taken.lower().strip()
        assert taken != "digits"
    else:
        assert answer.status_code in {200, 409, 422}


@pytest.mark.parametrize("other", ["Digits", "DIGITS", "dig%2569ts", "digits%20", "digits%00"])
def test_an_address_has_one_spelling(world: World, other: str) -> None:
    answer = world.browser("owner").get(f"/projects/vision/{other}/")
    assert answer.status_code in {301, 302, 404, 400}


@pytest.mark.parametrize("tag", TAGS)
def test_odd_names_come_back_from_every_address(world: World, tag: str) -> None:
    browser, run_id = world.browser("owner"), world.real["run_id"]
    answer = browser.post(f"/runs/{run_id}/edit/", {"name": f"run {tag}", "tags": tag})
    assert answer.status_code in {302, 200}
    quoted = tag.replace("\\", "\\\\").replace('"', '\\"')
    query = quote(f'tag = "{quoted}"')
    page = browser.get(f"/projects/vision/digits/?q={query}")
    assert page.status_code == 200
    shown = page.content.decode()
    assert f"/runs/{run_id}/" in shown
    assert unicodedata.normalize("NFC", tag)[:1] in shown or "&" in shown
