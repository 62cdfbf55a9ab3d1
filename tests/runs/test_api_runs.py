"""Making, reading, editing, trashing runs; notes; series; search and CSV over HTTP."""

import csv
import io
import uuid
from urllib.parse import urlencode

import pytest

from ahnb_platform.accounts.models import AuditEvent
from projects.models import Project
from runs.models import Run, RunLocator
from tests import cast
from tests.at_once import at_once

from .batches import batch, event, points, send

pytestmark = pytest.mark.django_db

DOCUMENT = {
    *("id", "number", "project", "name", "group", "tags", "notes", "status", "status_reason"),
    *("user", "created_at", "started_at", "finished_at", "last_seen_at", "objective", "params"),
    "frozen_at",
    *("configuration", "model_version", "identity", "metrics", "model", "environment", "attempt"),
}
SUMMARY = {
    *("last", "first", "min", "max", "count", "nonfinite"),
    *("last_step", "min_step", "max_step", "unit"),
}


@pytest.fixture
def api(bob, digits) -> cast.Api:
    return cast.api_of(bob)


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


def put(api, run_id=None, **body):
    body.setdefault("project", "vision/digits")
    return api.put(f"/api/v1/runs/{run_id or cast.uuid7()}/", body)


def faults(answer):
    return [(item["pointer"], item["code"]) for item in answer.json()["errors"]]


# Make


def test_a_run_is_made_with_what_is_given(api):
    answer = put(
        api,
        name="wide",
        group="sweep",
        tags=["b", "a", "b"],
        notes="first try",
        started_at="2026-01-02T03:04:05+01:00",
        objective={"metric": "val_loss", "mode": "min"},
    )
    assert answer.status_code == 201
    document = answer.json()
    assert document.keys() == DOCUMENT
    stated = ("name", "group", "tags", "notes", "started_at", "status", "number")
    assert [document[field] for field in stated] == [
        "wide",
        "sweep",
        ["b", "a"],
        "first try",
        "2026-01-02T02:04:05Z",
        "running",
        1,
    ]
    assert document["objective"] == {"metric": "val_loss", "mode": "min"}
    assert document["user"] == {"name": "Bob", "email": "bob@example.org"}


def test_a_name_is_made_of_the_id(api):
    run_id = cast.uuid7()
    name = put(api, run_id).json()["name"]
    Run.objects.all().delete()
    RunLocator.objects.all().delete()
    assert put(api, run_id).json()["name"] == name
    assert name.count("-") == 2


def test_putting_again_gets_the_run_and_changes_nothing(api):
    run_id = cast.uuid7()
    first = put(api, run_id, name="first")
    again = put(api, run_id, name="second", tags=["x"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "last_seen_at": again.json()["last_seen_at"]}


def test_resume_never_refuses_a_run_that_is_there(api):
    run_id = cast.uuid7()
    assert put(api, run_id, resume="never").status_code == 201
    answer = put(api, run_id, resume="never")
    assert (answer.status_code, answer.json()["code"]) == (409, "run-exists")


def test_an_id_that_is_taken_elsewhere_tells_nothing(api, secret, charlie):
    foreign = cast.make_run(secret, charlie, name="canary")
    answer = put(api, foreign.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "run-id-taken")
    assert b"secret" not in answer.content
    assert b"canary" not in answer.content


@pytest.mark.parametrize("version", [uuid.uuid4(), uuid.UUID(int=0), uuid.uuid1()])
def test_only_ids_of_version_7_are_taken(api, version):
    answer = put(api, version)
    assert (answer.status_code, answer.json()["code"]) == (422, "run-id-version")


def test_a_trashed_run_cannot_be_put(api, run):
    api.delete(f"/api/v1/runs/{run.id}/")
    answer = put(api, run.id)
    assert (answer.status_code, answer.json()["code"]) == (410, "run-trashed")


def test_a_project_is_made_on_first_use(api):
    answer = put(api, project="vision/fresh")
    assert (answer.status_code, answer.json()["project"]) == (201, "vision/fresh")


@pytest.mark.parametrize("path", ["other/secret", "other/fresh", "nowhere/fresh"])
def test_a_project_of_others_is_404(api, secret, path):
    assert put(api, project=path).status_code == 404
    assert not Project.objects.filter(slug="fresh").exists()


def test_readers_and_bound_tokens_make_no_project(dana, bob, digits):
    assert put(cast.api_of(dana), project="vision/fresh").status_code == 403
    assert put(cast.api_of(bob, project=digits), project="vision/fresh").status_code == 404
    assert Project.objects.filter(slug="fresh").count() == 0


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id", "x", "unknown-field"),
        ("number", 5, "unknown-field"),
        ("status", "finished", "unknown-field"),
        ("created_at", "2026-01-01T00:00:00Z", "unknown-field"),
        ("user", "alice", "unknown-field"),
        ("name", 5, "bad-type"),
        ("name", "a\x00", "nul-character"),
        ("name", "\ud800", "lone-surrogate"),
        ("name", "x" * 256, "bad-length"),
        ("name", "\u202egpj.exe", "bad-name"),
        ("name", "\u200b", "bad-name"),
        ("name", "\U0001f600" * 255, ""),
        ("tags", "a", "bad-type"),
        ("tags", [1], "bad-type"),
        ("tags", [""], "bad-length"),
        ("tags", ["x"] * 101, "too-many"),
        ("notes", "x" * 20_001, "bad-length"),
        ("started_at", "2026-01-01T00:00:00", "bad-time"),
        ("started_at", "yesterday", "bad-time"),
        ("started_at", 1763870000, "bad-time"),
        ("started_at", "2026-01-01T00:00:60Z", "bad-time"),
        ("started_at", "10000-01-01T00:00:00Z", "bad-time"),
        ("started_at", "0001-01-01T00:00:00+14:00", "bad-time"),
        ("objective", {"metric": "loss"}, "missing"),
        ("objective", {"metric": "loss", "mode": "up"}, "bad-choice"),
        ("resume", "perhaps", "bad-choice"),
        ("project", "vision", "bad-project"),
        ("project", "vision/", "bad-project"),
        ("project", "vision/a/b", "bad-project"),
        ("project", 7, "bad-type"),
    ],
)
def test_a_bad_field_is_422_with_its_place(api, field, value, code):
    answer = put(api, **{field: value})
    if not code:
        assert answer.status_code == 201
        return
    assert answer.status_code == 422
    assert {found for _, found in faults(answer)} == {code}
    assert all(pointer.startswith(f"/{field}") for pointer, _ in faults(answer))
    assert Run.objects.count() == 0


@pytest.mark.parametrize("slug", ["..", "é", "a\n", "UPPER", "settings", "x" * 64])
def test_a_slug_that_no_project_can_have_is_refused(api, slug):
    assert put(api, project=f"vision/{slug}").status_code == 422


def test_all_faults_are_told_at_once(api):
    answer = put(api, name=5, tags=[1, 2], nonsense=1, x_ours=1)
    pointers = [pointer for pointer, _ in faults(answer)]
    assert pointers == ["/name", "/tags/0", "/tags/1", "/nonsense"]


def test_a_start_that_cannot_be_true_becomes_now(api):
    document = put(api, started_at="1999-12-31T00:00:00Z").json()
    assert document["started_at"][:10] == document["created_at"][:10]


def test_names_are_kept_in_nfc(api):
    assert put(api, name="cafe\u0301").json()["name"] == "caf\u00e9"


@pytest.mark.django_db(transaction=True)
def test_one_run_started_by_many_threads_at_once_is_made_once(api):
    run_id = cast.uuid7()
    answers = at_once([lambda: put(api, run_id).status_code for _ in range(8)])
    assert sorted(answers) == [200] * 7 + [201]
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_and_a_new_project_survive_many_starts_at_once(api):
    answers = at_once([lambda: put(api, project="vision/fresh") for _ in range(8)])
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sorted(answer.json()["number"] for answer in answers) == list(range(1, 9))
    assert Project.objects.filter(slug="fresh").count() == 1


# Read, edit, trash


def test_a_run_document_is_whole(api, run):
    events = [
        event("params", {"fit": {"epochs": 3}}),
        event("model", {"layers": []}),
        event("environment", {"python": "3.11"}),
    ]
    send(api, run, batch(**points("loss", 2.0, "NaN", 1.0), events=events))
    document = api.get(f"/api/v1/runs/{run.id}/").json()
    assert document.keys() == DOCUMENT | {"words"}
    assert document["metrics"]["loss"].keys() == SUMMARY
    assert document["metrics"]["loss"]["nonfinite"] == 1
    assert document["params"] == {"fit": {"epochs": 3}}
    assert document["model"] == {"layers": []}
    assert document["environment"] == {"python": "3.11"}


def test_a_reader_reads_and_an_owner_of_another_team_does_not(run, dana, charlie, secret):
    assert cast.api_of(dana).get(f"/api/v1/runs/{run.id}/").status_code == 200
    assert cast.api_of(charlie).get(f"/api/v1/runs/{run.id}/").status_code == 404


def test_the_record_is_given_as_it_was_sent(api, run):
    code = {"kind": "script", "source": "x = 1\n"}
    send(api, run, batch(1, events=[event("code", code), event("data", {"x": {"shape": [3]}})]))
    send(api, run, batch(2, events=[event("data", {"x": {"shape": [4]}})]))
    assert api.get(f"/api/v1/runs/{run.id}/record/").json() == {
        "model": None,
        "environment": None,
        "data": {"x": {"shape": [4]}},
        "code": code,
        "summary": None,
    }


def test_editing_changes_what_is_named_alone(api, run):
    path = f"/api/v1/runs/{run.id}/"
    before = api.get(path).json()
    del before["words"]  # only a GET says them
    after = api.patch(path, {"name": "new", "tags": ["x"], "group": "", "notes": "n"}).json()
    assert (after["name"], after["tags"], after["notes"]) == ("new", ["x"], "n")
    assert api.patch(path, {}).json()["name"] == "new"
    assert {**after, "name": 0, "tags": 0, "notes": 0} == {
        **before,
        "name": 0,
        "tags": 0,
        "notes": 0,
    }


@pytest.mark.parametrize(
    "field", ["id", "number", "project", "status", "user", "created_at", "started_at", "objective"]
)
def test_what_is_not_to_be_edited_is_422(api, run, field):
    answer = api.patch(f"/api/v1/runs/{run.id}/", {field: "x"})
    assert faults(answer) == [(f"/{field}", "unknown-field")]


def test_the_trash_and_back(api, run, bob):
    path = f"/api/v1/runs/{run.id}/"
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 200
    assert api.patch(path, {"name": "x"}).status_code == 410
    assert api.post(path + "notes/", {"text": "x"}).status_code == 410
    assert api.get("/api/v1/projects/vision/digits/runs/").json()["total"] == 0
    assert api.post(path + "restore/").status_code == 200
    assert api.get("/api/v1/projects/vision/digits/runs/").json()["total"] == 1
    acts = AuditEvent.objects.filter(action__startswith="run.").order_by("id")
    assert [(act.action, act.actor) for act in acts] == [
        ("run.trashed", bob),
        ("run.restored", bob),
    ]


# Notes


def test_notes_are_kept_in_order(api, run):
    path = f"/api/v1/runs/{run.id}/notes/"
    made = api.post(path, {"text": "first", "step": 7})
    api.post(path, {"text": "second"})
    assert made.status_code == 201
    assert made.json().keys() == {"id", "text", "step", "user", "created_at"}
    found = api.get(path).json()
    assert [(note["text"], note["step"]) for note in found["results"]] == [
        ("first", 7),
        ("second", None),
    ]
    assert (found["total"], found["next"]) == (2, None)


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": "  "}, {"text": 5}, {"text": "x", "step": "7"}]
    + [{"text": "x", "step": value} for value in (1.0, True, -1, 2**53)],
)
def test_a_bad_note_is_422(api, run, body):
    assert api.post(f"/api/v1/runs/{run.id}/notes/", body).status_code == 422


# Series


@pytest.mark.parametrize(
    "query",
    [
        "",
        "points=5",
        "metric=loss&points=0",
        "metric=loss&points=1.5",
        "metric=loss&points=x",
        "metric=loss&points=" + "9" * 40,
        "metric=loss&points=5&points=6",
        "metric=loss&from=nan",
        "metric=loss&to=inf",
        "metric=loss&from=x",
        "metric=loss&attempt=-1",
        "metric=loss&time=2",
        "metric=loss&order=x",
        "metric=a%00b",
        "&".join(f"metric=m{n}" for n in range(300)),
    ],
)
def test_odd_questions_for_series_are_400(api, run, query):
    answer = api.get(f"/api/v1/runs/{run.id}/series/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_series_between_two_steps(api, run):
    send(api, run, batch(**points("loss", *[float(n) for n in range(10)])))
    path = f"/api/v1/runs/{run.id}/series/?metric=loss&metric=nowhere"
    found = api.get(path + "&from=3&to=5&time=1").json()["metrics"]
    loss = found["loss"]
    assert (loss["x"], loss["total"], loss["exact"]) == ([3, 4, 5], 3, True)
    assert len(loss["t"]) == 3
    assert found["nowhere"]["total"] == 0
    few = api.get(path + "&points=4&from=&to=").json()["metrics"]["loss"]
    assert len(few["x"]) <= 4
    assert (few["exact"], few["total"]) == (False, 10)
    assert (min(few["min"]), max(few["max"])) == (0.0, 9.0)


# Search and CSV


def search(api, **query):
    return api.get(f"/api/v1/projects/vision/digits/runs/?{urlencode(query)}")


def test_search_answers_pages_of_documents(api, digits, bob):
    for number in range(3):
        cast.log_points(cast.make_run(digits, bob), {"acc": [number / 4]})
    first = search(api, q="metrics.acc >= 0", order="-metrics.acc.max", limit=2).json()
    assert first["total"] == 3
    assert [run["metrics"]["acc"]["max"] for run in first["results"]] == [0.5, 0.25]
    assert first["results"][0].keys() == DOCUMENT - {"model", "environment", "notes", "attempt"}
    rest = search(
        api, q="metrics.acc >= 0", order="-metrics.acc.max", limit=2, cursor=first["next"]
    ).json()
    assert [run["metrics"]["acc"]["max"] for run in rest["results"]] == [0.0]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"q": "nosuch = 1"}, "bad-query"),
        ({"q": "\x00"}, "bad-parameter"),
        ({"q": "x" * 5_000}, "bad-parameter"),
        ({"order": "nosuch"}, "unknown-sort"),
        ({"order": "?"}, "unknown-sort"),
        ({"cursor": "x"}, "bad-cursor"),
        ({"limit": 0}, "bad-parameter"),
        ({"limit": 1001}, "bad-parameter"),
        ({"limit": "1e2"}, "bad-parameter"),
        ({"format": "xml"}, "bad-parameter"),
        ({"name": "x"}, "unknown-parameter"),
        ({"name__gt": "x"}, "unknown-parameter"),
    ],
)
def test_odd_searches_are_400(api, query, code):
    answer = search(api, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_query_error_says_where(api):
    assert search(api, q="name = 'x' and nosuch = 1").json()["position"] == 15


def test_a_metric_that_no_run_has_is_a_hint(api, digits, bob):
    cast.log_points(cast.make_run(digits, bob), {"loss": [1.0]})
    answer = search(api, q="number > 0 and metrics.los is missing", limit=1).json()
    assert answer["hints"] == [
        {
            "pointer": "q",
            "code": "unknown-name",
            "detail": "No run has a metric “los”; did you mean metrics.loss?",
            "position": 15,
        }
    ]
    assert search(api, q="metrics.loss < 9", order="-metrics.loss").json()["hints"] == []


def test_only_the_first_page_has_hints(api, digits, bob):
    for _ in range(2):
        cast.make_run(digits, bob)
    first = search(api, order="-params.lr", limit=1).json()
    assert [hint["pointer"] for hint in first["hints"]] == ["order"]
    after = search(api, order="-params.lr", limit=1, cursor=first["next"]).json()
    assert after["hints"] == []


def table(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_every_run_and_no_formula(api, digits, bob):
    names = ["=1+1", "+1", "-1", "@x", 'plain, "quoted"\nline'.replace("\n", " ")]
    for name in names:
        run = cast.make_run(digits, bob, name=name)
        sent = batch(**points("acc", -0.5), events=[event("params", {"=cmd": "=2", "neg": -3})])
        send(api, run, sent)
    answer = search(api, format="csv", order="number")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="vision-digits-runs.csv"' in answer["Content-Disposition"]
    rows = table(answer)
    assert [row["name"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", names[4]]
    assert {row["params.=cmd"] for row in rows} == {"'=2"}
    assert {(row["params.neg"], row["metrics.acc.last"]) for row in rows} == {("-3", "-0.5")}
    assert rows[0]["url"].startswith("http://testserver/runs/")


def test_csv_with_a_limit_and_with_a_bad_query(api, digits, bob):
    for _ in range(3):
        cast.make_run(digits, bob)
    assert len(table(search(api, format="csv", limit=2))) == 2
    assert search(api, format="csv", q="nosuch = 1").status_code == 400


def test_calls_take_few_queries(api, run, django_assert_max_num_queries):
    send(api, run, batch(**points("loss", 1.0)))
    for path in (
        f"/api/v1/runs/{run.id}/",
        f"/api/v1/runs/{run.id}/series/?metric=loss",
        f"/api/v1/runs/{run.id}/notes/",
        "/api/v1/projects/vision/digits/runs/?order=-metrics.loss",
        "/api/v1/projects/",
        "/api/v1/me/",
    ):
        api.get(
            path
        )  # the first look after new points brings the rows that are searched up to date
        with django_assert_max_num_queries(9):
            assert api.get(path).status_code == 200, path
