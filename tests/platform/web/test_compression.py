"""Pages travel in as few bytes as the browser can read, and say the same."""

import gzip
import json

import brotli
import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from tests.cast import client_of
from tests.sketches import sketch_project

PAGE = "/projects/vision/digits/"


@pytest.fixture
def _runs(digits: Project, alice: User) -> None:
    sketch_project(digits, alice, count=6)


def asked(user: User, path: str, accepts: str):
    return client_of(user).get(path, headers={"Accept-Encoding": accepts})


@pytest.mark.usefixtures("_runs")
@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, br", "br"), ("gzip", "gzip"), ("", "")],
)
def test_a_page_is_compressed_as_the_browser_takes_it(
    alice: User, accepts: str, encoding: str
) -> None:
    answer = asked(alice, f"{PAGE}charts/", accepts)
    assert answer.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in answer["Vary"]
    assert int(answer["Content-Length"]) == len(answer.content)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert json.loads(unpack(answer.content))["total"] == 6


@pytest.mark.usefixtures("_runs")
def test_a_page_of_many_numbers_shrinks_to_a_quarter(alice: User) -> None:
    plain, small = (len(asked(alice, PAGE, accepts).content) for accepts in ("", "br"))
    assert small < plain / 4


@pytest.mark.usefixtures("_runs")
def test_a_file_that_is_streamed_is_compressed_too(alice: User) -> None:
    plain, packed = (asked(alice, f"{PAGE}runs.csv", accepts) for accepts in ("", "gzip, br"))
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.getvalue()) == plain.getvalue()


def test_answers_to_forms_stay_as_they_are(digits: Project, alice: User) -> None:
    """They may show a token once, whose length must not depend on what it resembles."""
    form = {"name": "test", "scopes": ["read"]}
    answer = client_of(alice).post("/tokens/", form, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer


def test_small_answers_stay_as_they_are(digits: Project, alice: User) -> None:
    answer = asked(alice, f"{PAGE}curves/?series=loss", "br, gzip")
    assert "Content-Encoding" not in answer
    assert json.loads(answer.content)["curves"] == []
