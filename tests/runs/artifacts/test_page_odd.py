"""Files on the pages of a run: lost bytes, images of every kind, other people's files, pages."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.artifacts import storage
from runs.artifacts.models import Artifact
from runs.artifacts.serving import LOST
from runs.models import Run
from runs.pages.files import A_PAGE
from tests import cast

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
REST = b"\0" * 40
IMAGES = {
    "image/png": b"\x89PNG\r\n\x1a\n" + REST,
    "image/jpeg": b"\xff\xd8\xff\xe0" + REST,
    "image/gif": b"GIF89a" + REST,
    "image/webp": b"RIFF\x20\0\0\0WEBPVP8 " + REST,
}


@pytest.fixture
def page(bob: User) -> Client:
    return cast.client_of(bob)


def address(run: Run, artifact: Artifact, part: str = "") -> str:
    return f"/runs/{run.id}/files/{artifact.id}/{part}"


def listed(page: Client, run: Run, query: str = "") -> str:
    answer = page.get(f"/runs/{run.id}/files/{query}", headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def test_bytes_that_the_storage_lost_are_missing_and_the_page_stands(
    page: Client, run: Run, bob: User
) -> None:
    found = cast.attach_file(run, bob, "plot.png", IMAGES["image/png"])
    storage.delete_blob(run.project_id, found.sha256)
    kept = cast.attach_file(run, bob, "kept.png", IMAGES["image/gif"])
    for part in ("", "image/"):
        answer = page.get(address(run, found, part))
        assert answer.status_code == 404
        assert LOST in answer.content.decode()
    for query in ("", "?name=plot.png"):
        shown = listed(page, run, query)
        assert shown.count("has lost its bytes") == 1
        assert address(run, found, "image/") not in shown
    assert address(run, kept, "image/") in listed(page, run)
    assert page.get(run.get_absolute_url()).status_code == 200


def test_a_storage_elsewhere_is_not_asked_for_each_file(
    page: Client, run: Run, bob: User, settings: Any
) -> None:
    cast.attach_file(run, bob, "plot.png", IMAGES["image/png"])
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory}
    assert "has lost its bytes" not in listed(page, run)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.png",
        '"><img src=x onerror=alert(1)>.png',
        "{{ run.id }}{% now 'Y' %}.png",
        "javascript&colon;alert(1)?#&name=other.png",
    ],
)
def test_a_hostile_name_is_text_wherever_it_stands(
    page: Client, run: Run, bob: User, name: str
) -> None:
    for content in IMAGES.values():
        cast.attach_file(run, bob, name, content)
    query = f"?name={quote(name, safe='')}"
    pages = [page.get(f"/runs/{run.id}/files/{asked}").content.decode() for asked in ("", query)]
    for shown in (listed(page, run), listed(page, run, query), *pages):
        assert escape(name.rpartition("/")[2]) in shown
        assert name not in shown or name == escape(name)
        assert "<img src=x" not in shown
        assert "<script>alert" not in shown
    assert quote(name, safe="") in listed(page, run)


@pytest.mark.parametrize("content_type", IMAGES)
def test_each_kind_of_image_is_shown_as_what_it_is(
    page: Client, run: Run, bob: User, content_type: str
) -> None:
    found = cast.attach_file(run, bob, "picture.bin", IMAGES[content_type])
    answer = page.get(address(run, found, "image/"))
    assert answer["Content-Type"] == content_type
    assert answer.getvalue() == IMAGES[content_type]
    assert address(run, found, "image/") in listed(page, run)


def test_a_large_image_is_no_preview_but_a_download(page: Client, run: Run, bob: User) -> None:
    large = cast.attach_file(run, bob, "large.png", IMAGES["image/png"] + b"x" * 8 * 1024 * 1024)
    assert page.get(address(run, large, "image/")).status_code == 404
    assert address(run, large, "image/") not in listed(page, run)
    assert len(page.get(address(run, large)).getvalue()) == large.bytes


def test_a_file_is_found_under_its_own_run_alone(
    page: Client, digits: Project, run: Run, bob: User, charlie: User
) -> None:
    found = cast.attach_file(run, bob, "plot.png", IMAGES["image/png"])
    other = cast.make_run(digits, bob)
    for part in ("", "image/"):
        assert page.get(address(other, found, part)).status_code == 404
        assert cast.client_of(charlie).get(address(run, found, part)).status_code == 404
    assert page.get(address(run, found)).status_code == 200


def test_versions_of_a_name_are_paged(page: Client, run: Run, bob: User) -> None:
    for number in range(A_PAGE + 2):
        cast.attach_file(run, bob, "model.keras", b"%d" % number)
    first, second = (listed(page, run, f"?name=model.keras&page={page_}") for page_ in (1, 2))
    assert f"v{A_PAGE + 2}<" in first
    assert "v1<" not in first
    assert "v1<" in second
    assert f"v{A_PAGE + 2}<" not in second
    assert listed(page, run, "?name=model.keras&page=99") == second
