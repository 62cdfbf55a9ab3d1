"""How the tests make public links, and the canaries that stand in none of them."""

import re

from projects.models import Project
from projects.queries import project_for_user
from projects.saved_views import save_view
from tests import cast

LINKS = "/projects/vision/digits/links/"
MADE = re.compile(r"http://testserver(/public/[\w-]+/)")
# What belongs to others or stays inside: none of it may stand in any public answer.
CANARY = "zanzibar"
PARTS = ("", "charts/", "marks/", "series/?metric=loss&metric=val_loss", "curves/", "drawn/")


def seen(by) -> Project:
    return project_for_user(by, "vision", "digits")


def made(by, **fields) -> str:
    """The path of a link that the form makes."""
    answer = cast.client_of(by).post(LINKS, {"days": "30", **fields})
    found = MADE.search(answer.content.decode())
    assert found is not None, answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    return found[1]


def path_of(kind: str, by, **fields) -> str:
    if kind == "view":
        address = "q=number < 4&cols=params.width&cols=user&cols=version"
        view = save_view(project=seen(by), by=by, name="ours", address=address)
        return made(by, view=str(view.pk), **fields)
    return made(by, runs={"run": "1", "comparison": "1,2,3"}[kind], **fields)


def view_of(by, address: str) -> str:
    view = save_view(project=seen(by), by=by, name="drawn", address=address)
    return made(by, view=str(view.pk))
