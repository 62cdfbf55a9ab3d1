"""Attaching, listing and downloading files over HTTP."""

import pytest

from runs import services as run_services
from runs.freezing import freeze_run
from runs.models import Artifact, ArtifactBlob
from tests import cast

from .conftest import put_file, sha256

pytestmark = pytest.mark.django_db

MIB = 1_000_000


def listed(api, run, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return api.get(f"/api/v1/runs/{run.id}/artifacts/?{asked}").json()


def content_of(response):
    return response.getvalue() if response.streaming else response.content


def test_a_file_is_attached_and_told_as_a_document(put, bob):
    answer = put("plots/loss.png", cast.PNG, step=7)
    assert answer.status_code == 201
    told = answer.json()
    assert told.pop("id")
    assert told.pop("created_at").endswith("Z")
    assert told == {
        "name": "plots/loss.png",
        "version": 1,
        "step": 7,
        "kind": "image",
        "content_type": "image/png",
        "bytes": len(cast.PNG),
        "sha256": sha256(cast.PNG),
        "user": {"name": "Bob", "email": "bob@example.org"},
    }


def test_the_same_name_again_is_the_next_version_and_the_old_one_stays(put, api, run):
    put("model.keras", b"one")
    assert put("model.keras", b"two").json()["version"] == 2
    found = listed(api, run, name="model.keras")["results"]
    assert [(one["version"], one["sha256"]) for one in found] == [
        (2, sha256(b"two")),
        (1, sha256(b"one")),
    ]


def test_the_same_bytes_again_are_told_and_not_stored_again(put):
    first = put(content=b"same")
    again = put(content=b"same")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Artifact.objects.count() == ArtifactBlob.objects.count() == 1


def test_going_back_to_former_bytes_is_a_version_of_its_own(put):
    for content in (b"a", b"b", b"a"):
        answer = put(content=content)
    assert (answer.status_code, answer.json()["version"]) == (201, 3)
    assert ArtifactBlob.objects.count() == 2


def test_the_same_bytes_at_another_step_are_another_version(put):
    assert put(content=b"flat", step=1).json()["version"] == 1
    assert put(content=b"flat", step=2).json()["version"] == 2
    repeated = put(content=b"flat", step=1)
    assert (repeated.status_code, repeated.json()["version"]) == (200, 1)


def test_names_that_differ_by_case_alone_are_versions_of_one_name(put):
    put("Model.keras", b"one")
    answer = put("model.keras", b"two").json()
    assert (answer["name"], answer["version"]) == ("model.keras", 2)


def test_other_runs_of_the_project_share_the_bytes_but_no_version(put, api, digits, bob):
    other = cast.make_run(digits, bob)
    put(content=b"shared")
    answer = put_file(api, other.id, "plot.txt", b"shared")
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    assert ArtifactBlob.objects.count() == 1


def test_an_empty_file_is_a_file(api, run):
    path = f"/api/v1/runs/{run.id}/artifacts/?name=empty.txt"
    answer = api.put(path, b"", headers={"Content-Length": "0"})
    assert (answer.status_code, answer.json()["bytes"]) == (201, 0)


def test_kinds_are_told_by_name_and_images_by_their_bytes(put):
    names = {
        "best.weights.h5": "model",
        "run.ipynb": "notebook",
        "confusion.csv": "table",
        "notes.md": "text",
        "logs.tar.gz": "archive",
        "who-knows": "file",
        "fake.png": "file",
        "drawing.svg": "file",
    }
    for name, kind in names.items():
        told = put(name, f"content of {name}".encode()).json()
        assert told["kind"] == kind, name
        assert not told["content_type"].startswith("image/"), name
    heads = (b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ")
    assert [put(f"{n}.txt", head + b"rest").json()["kind"] for n, head in enumerate(heads)] == [
        "image"
    ] * 3


# Listing


def test_listing_goes_on_behind_its_cursor(put, api, run):
    for number in range(5):
        put(f"{number}.txt", b"%d" % number)
    first = listed(api, run, limit=3)
    assert [one["name"] for one in first["results"]] == ["4.txt", "3.txt", "2.txt"]
    rest = listed(api, run, limit=3, cursor=first["next"])
    assert [one["name"] for one in rest["results"]] == ["1.txt", "0.txt"]
    assert (first["total"], rest["total"], rest["next"]) == (5, 5, None)


def test_listing_tells_the_limits(put, api, run, settings):
    settings.ARTIFACT_FILE_BYTES, settings.ARTIFACT_PROJECT_BYTES = 10 * MIB, 0
    put(content=b"12345")
    assert listed(api, run)["limits"] == {
        "file_bytes": 10 * MIB,
        "project_bytes": None,
        "used_bytes": 5,
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "name=../x", "other=1"])
def test_listing_refuses_what_it_does_not_know(api, run, query):
    assert api.get(f"/api/v1/runs/{run.id}/artifacts/?{query}").status_code == 400


# What is refused


def test_a_wrong_hash_stores_nothing(put, files_folder):
    answer = put(content=b"damaged", sha256=sha256(b"whole"))
    assert (answer.status_code, answer.json()["code"]) == (400, "hash-mismatch")
    assert not Artifact.objects.exists()
    assert not list((files_folder / "incoming").iterdir())


@pytest.mark.parametrize("stated", ["x", "0" * 63, "g" * 64])
def test_a_hash_that_is_none_is_refused(put, stated):
    assert put(sha256=stated).json()["code"] == "bad-parameter"


def test_the_right_hash_in_capitals_is_taken(put):
    assert put(content=b"x", sha256=sha256(b"x").upper()).status_code == 201


@pytest.mark.parametrize("step", ["-1", "1.5", "x", 2**53, "1e3"])
def test_a_step_that_is_none_is_refused(put, step):
    assert put(step=step).json()["code"] == "bad-parameter"


def test_a_body_in_chunks_is_refused(api, run):
    path = f"/api/v1/runs/{run.id}/artifacts/?name=x"
    assert api.put(path, b"").json()["code"] == "length-required"


@pytest.mark.parametrize("length", ["x", "-1", "+5", "1" * 400])
def test_an_odd_length_is_refused(put, length):
    answer = put(headers={"Content-Length": length})
    assert answer.status_code in (400, 413)


def test_too_large_a_file_is_refused_before_it_is_read(put, settings):
    settings.ARTIFACT_FILE_BYTES = 10
    answer = put(content=b"x" * 11)
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
    assert answer["Connection"] == "close"
    assert put(content=b"x" * 10).status_code == 201


def test_a_full_project_takes_no_new_bytes_but_known_ones(put, settings):
    settings.ARTIFACT_PROJECT_BYTES = 10
    known = b"12345678"
    put(content=known)
    answer = put("other.txt", b"123")
    assert (answer.status_code, answer.json()["code"]) == (403, "quota-exceeded")
    assert put("copy.txt", known, sha256=sha256(known)).status_code == 201
    assert ArtifactBlob.objects.count() == 1


def test_a_run_in_the_trash_takes_no_files(put, run, bob):
    run_services.trash_run(run=run, by=bob)
    assert put().json()["code"] == "run-trashed"


def test_a_frozen_run_takes_no_files_and_still_hands_them_out(put, api, run, bob):
    artifact = put(content=b"kept").json()
    freeze_run(run=run, by=bob)
    answer = put("another.txt")
    assert (answer.status_code, answer.json()["code"]) == (410, "run-frozen")
    assert download(api, run, artifact).whole == b"kept"


# Download


def download(api, run, artifact, **headers):
    path = f"/api/v1/runs/{run.id}/artifacts/{artifact['id']}/"
    answer = api.get(path, headers={key.replace("_", "-"): value for key, value in headers.items()})
    answer.whole = content_of(answer)
    return answer


def test_a_download_can_only_be_saved(put, api, run):
    artifact = put("pages/evil.html", b"<script>alert(1)</script>").json()
    answer = download(api, run, artifact)
    assert answer.whole == b"<script>alert(1)</script>"
    told = {name: answer[name] for name in ("Content-Type", "Content-Disposition", "ETag")}
    assert told == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": 'attachment; filename="evil.html"',
        "ETag": f'"{artifact["sha256"]}"',
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert answer["Content-Length"] == "25"


def test_a_name_in_any_script_is_told_as_a_header_can(put, api, run):
    artifact = put('Größe "α"; x=1.csv', b"1").json()
    said = download(api, run, artifact)["Content-Disposition"]
    assert said.isascii()
    assert said.startswith("attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe")


@pytest.mark.parametrize(
    ("asked", "status", "got", "said"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=" + "9" * 400 + "-", 200, b"0123456789", None),
    ],
)
def test_a_range_is_a_part(put, api, run, asked, status, got, said):
    artifact = put(content=b"0123456789").json()
    answer = download(api, run, artifact, Range=asked)
    assert (answer.status_code, answer.get("Content-Range")) == (status, said)
    if status == 416:
        assert answer.json()["code"] == "range-not-satisfiable"
    else:
        assert answer.whole == got


def test_what_the_caller_has_is_not_sent_again(put, api, run):
    artifact = put(content=b"0123456789").json()
    tag = f'"{artifact["sha256"]}"'
    assert download(api, run, artifact, If_None_Match=tag).status_code == 304
    assert download(api, run, artifact, Range="bytes=1-2", If_Range='"other"').status_code == 200


def test_a_file_that_the_storage_lost_is_missing(put, api, run, files_folder):
    artifact = put(content=b"gone").json()
    for path in (files_folder / "files").rglob(artifact["sha256"]):
        path.unlink()
    assert download(api, run, artifact).status_code == 404


# Others


def test_another_run_does_not_hand_out_the_file(put, api, digits, bob):
    artifact = put().json()
    other = cast.make_run(digits, bob)
    assert download(api, other, artifact).status_code == 404


def test_a_stranger_learns_nothing_of_bytes_that_others_have(put, run, secret, charlie):
    """The same bytes: told as new, stored apart, and the quota counts them as if nobody had."""
    content = b"known to both"
    put(content=content)
    strange = cast.api_of(charlie)
    mine = cast.make_run(secret, charlie)
    answer = put_file(strange, mine.id, "plot.txt", content, sha256=sha256(content))
    assert answer.status_code == 201
    assert ArtifactBlob.objects.filter(sha256=sha256(content)).count() == 2
    assert listed(strange, mine)["limits"]["used_bytes"] == len(content)
    missing = strange.get(f"/api/v1/runs/{cast.uuid7()}/artifacts/").json()
    foreign = strange.get(f"/api/v1/runs/{run.id}/artifacts/").json()
    assert {**missing, "request_id": ""} == {**foreign, "request_id": ""}


def test_a_full_quota_is_told_to_a_stranger_for_known_bytes_of_others(
    put, secret, charlie, settings
):
    content = b"0123456789"
    put(content=content)
    settings.ARTIFACT_PROJECT_BYTES = 5
    mine = cast.make_run(secret, charlie)
    answer = put_file(cast.api_of(charlie), mine.id, "x", content, sha256=sha256(content))
    assert answer.json()["code"] == "quota-exceeded"


def test_a_token_that_may_only_read_attaches_nothing(run, bob):
    answer = put_file(cast.api_of(bob, ["read"]), run.id, "x", b"1")
    assert answer.json()["code"] == "scope-missing"
