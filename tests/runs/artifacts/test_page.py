"""Files on the pages of a run and in its archive."""

import hashlib
import io
import json
import zipfile

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from runs.models import Run
from runs.pages.files import A_PAGE
from tests import cast
from tests.projects.reading import queries_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(bob: User) -> Client:
    return cast.client_of(bob)


def listed(page: Client, run: Run, query: str = "") -> str:
    return page.get(f"/runs/{run.id}/files/{query}", headers=HTMX).content.decode()


def test_the_card_is_on_the_page_of_a_run_that_has_files(page: Client, run: Run, bob: User) -> None:
    address = f"/runs/{run.id}/files/"
    assert address not in page.get(run.get_absolute_url()).content.decode()
    cast.attach_file(run, bob, "model.keras", b"one")
    assert address in page.get(run.get_absolute_url()).content.decode()


def test_names_are_listed_with_their_newest_version(page: Client, run: Run, bob: User) -> None:
    for content in (b"one", b"two"):
        cast.attach_file(run, bob, "out/model.keras", content)
    hostile = cast.attach_file(run, bob, "<b>x</b>", b"three")
    shown = listed(page, run)
    assert "2 versions" in shown
    assert "&lt;b&gt;x&lt;" in shown
    assert "<b>" not in shown
    assert f"/runs/{run.id}/files/{hostile.id}/" in shown
    versions = listed(page, run, "?name=out/model.keras")
    assert "v2" in versions
    assert "v1" in versions
    assert page.get(f"/runs/{run.id}/files/?name=none").status_code == 404


def test_many_names_are_paged_and_found(page: Client, run: Run, bob: User) -> None:
    cast.attach_file(run, bob, "a", b"a")
    few = queries_of(page, f"/runs/{run.id}/files/")
    for number in range(A_PAGE + 5):
        cast.attach_file(run, bob, f"file-{number:03}", b"%d" % number)
    assert queries_of(page, f"/runs/{run.id}/files/") == few <= 10
    assert "Page 1 of 2" in listed(page, run)
    assert "file-054" in listed(page, run, "?page=2")
    assert "file-033" in listed(page, run, "?find=FILE-03")
    assert "No file has" in listed(page, run, "?find=none")
    for odd in ("?page=x", "?page=-1", "?page=99999999", "?find=%00", "?page=%D9%A1"):
        assert page.get(f"/runs/{run.id}/files/{odd}").status_code == 200


def test_a_download_is_an_attachment_that_runs_nothing(page: Client, run: Run, bob: User) -> None:
    found = cast.attach_file(run, bob, "page.html", b"<script>alert(1)</script>")
    answer = page.get(f"/runs/{run.id}/files/{found.id}/")
    assert answer.getvalue() == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_only_what_begins_as_an_image_is_shown_as_one(page: Client, run: Run, bob: User) -> None:
    image = cast.attach_file(run, bob, "plot.png", cast.PNG)
    drawing = cast.attach_file(run, bob, "plot.svg", b"<svg onload='alert(1)'/>")
    lie = cast.attach_file(run, bob, "lie.png", b"<html>")
    answer = page.get(f"/runs/{run.id}/files/{image.id}/image/")
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.getvalue() == cast.PNG
    shown = listed(page, run)
    assert f"{image.id}/image/" in shown
    for other in (drawing, lie):
        assert f"{other.id}/image/" not in shown
        assert page.get(f"/runs/{run.id}/files/{other.id}/image/").status_code == 404


def test_the_project_tells_what_its_files_take(page: Client, run: Run, bob: User) -> None:
    address = "/projects/vision/digits/storage/"
    cast.attach_file(run, bob, "a", b"x" * 2_000_000)
    assert "Its files take 2.0" in page.get(address).content.decode()
    few = queries_of(page, address)
    for name in ("b", "c"):
        cast.attach_file(run, bob, name, b"x" * 2_000_000)
    shown = page.get(address).content.decode()
    assert "Its files take 2.0" in shown  # each content once
    assert queries_of(page, address) == few <= 10


def test_the_archive_holds_every_content_once(page: Client, run: Run, bob: User) -> None:
    contents = {"a.bin": b"\0" * 70_000, "c.bin": b"\0" * 70_000, "d/e f": b"other"}
    for name, content in contents.items():
        cast.attach_file(run, bob, name, content)
    answer = page.get(f"/runs/{run.id}/archive.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    index = json.loads(archive.read("artifacts.json"))
    assert {one["name"] for one in index} == set(contents)
    for one in index:
        assert archive.read(one["file"]) == contents[one["name"]]
        assert hashlib.sha256(archive.read(one["file"])).hexdigest() == one["sha256"]
    assert sum(name.startswith("files/") for name in archive.namelist()) == 2
