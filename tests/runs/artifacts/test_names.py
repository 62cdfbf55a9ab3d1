"""Names that look like paths to elsewhere: refused in every parameter, and never used as paths."""

from urllib.parse import quote

import pytest

from runs.models import Artifact

from .conftest import put_file

pytestmark = pytest.mark.django_db

TRAVERSAL = [
    *("..", ".", "/", "//", "../", "../x", "a/../x", "a/..", "./x", "a/./b", "a//b", "/x", "x/"),
    *("../../../../etc/passwd", "/etc/passwd", "//proc/self/root/etc/passwd", "///x"),
    *("..\\x", "..\\..\\x", "a\\b", "C:\\x", "C:/x", "C:x", "\\\\host\\share\\x", "//host/share/x"),
    *("%2e%2e%2fx", "%2E%2E/x", "..%2fx", "..%5cx", "%252e%252e%252fx", "%25252e", "x%00.png"),
    *("file:///etc/passwd", "http://example.org/x", "dbfs:/x", "s3://bucket/x"),
    *(";/../x", "#/../x", "?/../x", "a/;/../../x", "a/.. /x", "a/... /x", " /x", "a/ b"),
    *("x\0.png", "\0", "a\nb", "a\rb", "a\tb", "\x1b[2Jx", "a\u2028b", "\u202egnp.exe", "\u200b"),
    *("", " ", "x" * 256, "é" * 256, "a/" * 200 + "b", "x" * 4096),
]


@pytest.mark.parametrize("name", TRAVERSAL)
def test_no_name_leads_elsewhere(api, run, name, files_folder):
    before = sorted(files_folder.rglob("*"))
    sent = name.encode()
    answer = api.put(f"/api/v1/runs/{run.id}/artifacts/?name={quote(sent, safe='')}", b"x")
    assert answer.status_code == 400, answer.content
    asked = api.get(f"/api/v1/runs/{run.id}/artifacts/?name={quote(sent, safe='')}")
    assert asked.status_code == 400 or not name
    assert not Artifact.objects.exists()
    assert sorted(files_folder.rglob("*")) == before


@pytest.mark.parametrize("parameter", ["step", "sha256", "cursor", "limit"])
@pytest.mark.parametrize("text", TRAVERSAL)
def test_no_other_parameter_is_a_path(api, run, parameter, text):
    sent = quote(text.encode(), safe="")
    path = f"/api/v1/runs/{run.id}/artifacts/"
    if parameter in ("step", "sha256"):
        if not text:
            return
        assert api.put(f"{path}?name=x&{parameter}={sent}", b"x").status_code == 400
    elif text:
        assert api.get(f"{path}?{parameter}={sent}").status_code == 400


@pytest.mark.parametrize("text", TRAVERSAL)
def test_no_id_is_a_path(api, run, text):
    sent = quote(text.encode(), safe="")
    for path in (f"{run.id}/artifacts/{sent}/", f"{run.id}/artifacts/{text}", f"{sent}/artifacts/"):
        answer = api.get(f"/api/v1/runs/{path}")
        assert answer.status_code in (200, 301, 400, 404)
        if answer.status_code == 200:
            assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "name",
    [
        *("x", "a/b/c.txt", "best.weights.h5", ".hidden", "a..b", "100%", "50% off/α.csv"),
        *("what?#&=;.txt", "weights.03-0.25.keras", "{epoch}", "<script>.png", "日本/語.ipynb"),
        "x" * 255,
    ],
)
def test_every_other_name_comes_back_as_it_was(put, api, run, name):
    assert put(name).json()["name"] == name
    found = api.get(f"/api/v1/runs/{run.id}/artifacts/?name={quote(name, safe='')}").json()
    assert [one["name"] for one in found["results"]] == [name]


def test_one_name_in_two_normal_forms_is_one_name(put):
    put("caf\u00e9", b"1")
    assert put("cafe\u0301", b"2").json()["version"] == 2


def test_the_storage_knows_projects_and_hashes_alone(api, run, files_folder):
    told = put_file(api, run.id, "a/b/secret-name.txt", b"bytes").json()
    kept = [path for path in (files_folder / "files").rglob("*") if path.name == told["sha256"]]
    assert [path.parent.parent.name for path in kept] == [str(run.project_id)]
    assert not [path for path in files_folder.rglob("*") if "secret-name" in str(path)]
