"""Uploads to disks with little room, real ones, and what copies that were broken off leave."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from runs.artifacts import storage
from runs.models import Artifact, ArtifactBlob
from tests import cast

from .conftest import sha256

pytestmark = pytest.mark.django_db

LARGE = b"x" * 500_000


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(params=["where bodies wait", "where files lie"])
def full_place(request: pytest.FixtureRequest, small: Path) -> Iterator[Path]:
    """One of the two places is the small one."""
    if request.param == "where bodies wait":
        changed = {"ARTIFACT_INCOMING": small}
    else:
        kept = {**settings.STORAGES["default"], "OPTIONS": {"location": small}}
        changed = {"STORAGES": {**settings.STORAGES, "default": kept}}
    with override_settings(**changed):
        yield small


def test_a_full_disk_is_told_with_507_and_nothing_stays(put, full_place):
    answer = put(content=LARGE)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
    assert not Artifact.objects.exists()
    assert not ArtifactBlob.objects.exists()
    assert not [path for path in full_place.rglob("*") if path.is_file()]
    assert put(content=b"small").status_code == 201


def test_a_broken_copy_is_replaced_by_the_whole_file(run, bob, files_folder):
    place = files_folder / "files" / storage.blob_path(run.project_id, sha256(LARGE))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(LARGE[:1000])
    cast.attach_file(run, bob, "large.bin", LARGE)
    assert place.read_bytes() == LARGE
