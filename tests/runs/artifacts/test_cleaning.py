"""`manage.py cleanblobs`, and uploads at the same moment."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from runs.artifacts import storage
from runs.models import Artifact, ArtifactBlob
from tests import cast
from tests.at_once import at_once

from .conftest import sha256

pytestmark = pytest.mark.django_db


def cleanblobs(**options):
    told = io.StringIO()
    call_command("cleanblobs", stdout=told, **options)
    return told.getvalue().splitlines()


def age():
    """Let every blob be two days old."""
    ArtifactBlob.objects.update(used_at=F("used_at") - timedelta(days=2))


def test_what_no_run_has_any_more_goes_and_what_another_run_has_stays(digits, run, bob):
    other = cast.make_run(digits, bob)
    cast.attach_file(run, bob, "a.txt", b"both")
    cast.attach_file(other, bob, "b.txt", b"both")
    cast.attach_file(run, bob, "c.txt", b"alone")
    Artifact.objects.filter(run_id=run.id).delete()
    assert cleanblobs()[-1].startswith("0 deleted")
    age()
    place = storage.blob_path(digits.pk, sha256(b"alone"))
    told = cleanblobs(dry_run=True)
    assert told[0].startswith(f"blob  {place}")
    assert storage.has_blob(digits.pk, sha256(b"alone"))
    assert cleanblobs()[0] == told[0]
    assert not storage.has_blob(digits.pk, sha256(b"alone"))
    assert storage.has_blob(digits.pk, sha256(b"both"))
    assert list(ArtifactBlob.objects.values_list("sha256", flat=True)) == [sha256(b"both")]


def test_bytes_that_were_cleaned_away_can_come_again(run, bob):
    cast.attach_file(run, bob, "a.txt", b"again")
    Artifact.objects.all().delete()
    age()
    cleanblobs()
    cast.attach_file(run, bob, "a.txt", b"again")
    assert storage.has_blob(run.project_id, sha256(b"again"))


def test_broken_uploads_and_files_without_a_row_go(run, bob, files_folder):
    upload = storage.incoming_folder() / "upload-left"
    upload.write_bytes(b"half")
    cast.attach_file(run, bob, "a.txt", b"stray")
    Artifact.objects.all().delete()
    ArtifactBlob.objects.all().delete()
    assert cleanblobs()[-1].startswith("0 deleted")
    told = cleanblobs(hours=0)
    assert [line.split()[0] for line in told[:2]] == ["upload", "file"]
    assert not upload.exists()
    assert not storage.has_blob(run.project_id, sha256(b"stray"))


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_once_are_kept_once_and_every_version_has_its_number(digits, bob):
    run = cast.make_run(digits, bob)
    names = ["same.bin"] * 4 + ["b.bin", "c.bin"]
    acts = [
        lambda name=name, step=step: cast.attach_file(run, bob, name, b"equal", step=step)
        for step, name in enumerate(names)
    ]
    told = at_once(acts)
    assert sorted(one.version for one in told if one.name == "same.bin") == [1, 2, 3, 4]
    assert ArtifactBlob.objects.count() == 1
    kept = list(storage.stored_blobs(run.project_id))
    assert kept == [sha256(b"equal")]


@pytest.mark.django_db(transaction=True)
def test_at_the_edge_of_the_quota_only_what_fits_is_stored(digits, bob, settings):
    settings.ARTIFACT_PROJECT_BYTES = 25
    run = cast.make_run(digits, bob)
    acts = [lambda n=n: cast.attach_file(run, bob, f"{n}.bin", b"%010d" % n) for n in range(6)]
    told = at_once(acts)
    assert sorted(getattr(one, "code", "") for one in told) == ["", ""] + ["quota-exceeded"] * 4
    assert len(list(storage.stored_blobs(run.project_id))) == 2
