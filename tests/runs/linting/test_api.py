"""The calls on findings, mutes and repeats."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from ahnb_platform.accounts.models import Scope, User
from projects.models import Project
from runs.models import Mute, Run
from tests.cast import Api, api_of, make_run
from tests.sketches import send_events, sketch_run

from .test_muting import tell

PROJECT = "/api/v1/projects/vision/digits"


def test_a_runs_findings_come_the_worst_first(run: Run, api: Api) -> None:
    tell(run, "A", "info"), tell(run, "B", "error")
    answer = api.get(f"/api/v1/runs/{run.id}/findings/").json()
    assert [one["id"] for one in answer["results"]] == ["B", "A"]
    first = answer["results"][0]
    assert first["severity"] == "error"
    assert first["where"] == {"layer": "dense"}
    assert (first["source"], first["mute"], first["run"]) == ("client", None, str(run.id))


def test_a_projects_findings_are_chosen_and_paged(run: Run, api: Api) -> None:
    tell(run, "A", "info"), tell(run, "B", "error"), tell(run, "C", "error")
    errors = api.get(f"{PROJECT}/findings/?severity=error&limit=1").json()
    assert errors["total"] == 2
    more = api.get(f"{PROJECT}/findings/?severity=error&limit=1&cursor={errors['next']}").json()
    assert {errors["results"][0]["id"], more["results"][0]["id"]} == {"B", "C"}
    assert more["next"] is None
    assert api.get(f"{PROJECT}/findings/?rule=A").json()["total"] == 1


@pytest.mark.parametrize(
    "query", ["severity=bad", "muted=2", "limit=0", "what=1", "rule=" + "A" * 41]
)
def test_odd_questions_are_refused(api: Api, digits: Project, query: str) -> None:
    assert api.get(f"{PROJECT}/findings/?{query}").status_code == 400


@pytest.mark.parametrize("cursor", ["x", "[]", "[1,2,3,4]", '["2026-01-01","x","A","B"]', "{}"])
def test_an_odd_cursor_begins_at_the_newest(run: Run, api: Api, cursor: str) -> None:
    tell(run)
    for text in (cursor, urlsafe_b64encode(cursor.encode()).decode()):
        assert len(api.get(f"{PROJECT}/findings/?cursor={text}").json()["results"]) == 1


def test_muting_and_unmuting(run: Run, api: Api) -> None:
    tell(run)
    body = {"rule": "LOSS01", "reason": "Meant so.", "run": str(run.id)}
    made = api.post(f"{PROJECT}/mutes/", body)
    assert made.status_code == 201
    assert api.get(f"{PROJECT}/mutes/").json()["results"] == [made.json()]
    assert api.get(f"{PROJECT}/findings/?muted=0").json()["total"] == 0
    [found] = api.get(f"{PROJECT}/findings/?muted=1").json()["results"]
    assert found["mute"]["reason"] == "Meant so."
    assert api.delete(f"{PROJECT}/mutes/{made.json()['id']}/").status_code == 204
    assert api.delete(f"{PROJECT}/mutes/{made.json()['id']}/").status_code == 404
    assert api.get(f"{PROJECT}/findings/?muted=0").json()["total"] == 1


BODIES: list[Any] = [
    {},
    {"rule": "A"},
    {"rule": "", "reason": "x"},
    {"rule": "A", "reason": "  "},
    {"rule": "A", "reason": "x", "run": "nonsense-that-is-no-id-of-any-run-at"},
    {"rule": "A", "reason": "x", "run": "0192f3a0-0000-7000-8000-000000000001"},
    {"rule": "A", "reason": "x", "run": 5},
    {"rule": "A", "reason": "x", "more": 1},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_what_cannot_be_muted_is_refused(digits: Project, api: Api, body: Any) -> None:
    assert api.post(f"{PROJECT}/mutes/", body).status_code == 422
    assert not Mute.objects.exists()


def test_a_run_of_another_project_cannot_be_muted_here(
    digits: Project, secret: Project, api: Api
) -> None:
    run = make_run(secret, User.objects.get(email="charlie@example.org"))
    body = {"rule": "A", "reason": "x", "run": str(run.id)}
    assert api.post(f"{PROJECT}/mutes/", body).json()["code"] == "no-run"


def test_who_may_not(run: Run, dana: User, bob: User, charlie: User) -> None:
    body = {"rule": "A", "reason": "x"}
    assert api_of(dana).post(f"{PROJECT}/mutes/", body).status_code == 403
    assert api_of(charlie).post(f"{PROJECT}/mutes/", body).status_code == 404
    reading = api_of(bob, scopes=(Scope.READ,))
    assert reading.post(f"{PROJECT}/mutes/", body).status_code == 403
    assert reading.get(f"{PROJECT}/mutes/").status_code == 200
    for path in ("findings", "repeats"):
        assert api_of(charlie).get(f"/api/v1/runs/{run.id}/{path}/").status_code == 404


class TestRepeats:
    def repeats(self, api: Api, run: Run) -> Any:
        return api.get(f"/api/v1/runs/{run.id}/repeats/").json()

    def test_an_earlier_run_of_the_configuration_is_told(
        self, digits: Project, alice: User, api: Api
    ) -> None:
        params = {"width": 64, "seed": 1}
        old = sketch_run(digits, alice, params=params)
        sketch_run(digits, alice, params={"width": 32})
        new = make_run(digits, alice)
        send_events(new, ("params", params | {"seed": 2}))
        found = self.repeats(api, new)
        assert (found["total"], len(found["configuration"])) == (1, 16)
        [one] = found["results"]
        assert one["result"] == {"metric": "val_loss", "mode": "min", "value": 0.4}
        assert one["same_seeds"] is False
        day = old.started_at.strftime("%Y-%m-%d")
        assert one["text"] == f"This configuration was run on {day}: val_loss 0.4 (run #1)."
        assert self.repeats(api, old)["results"] == []

    def test_the_very_same_experiment_is_told_apart(
        self, digits: Project, alice: User, api: Api
    ) -> None:
        for _ in range(2):
            run = sketch_run(digits, alice, params={"width": 64, "seed": 1})
        [one] = self.repeats(api, run)["results"]
        assert one["same_seeds"] is True
        assert "with the same seeds" in one["text"]

    def test_many_are_counted_and_the_newest_told(
        self, digits: Project, alice: User, api: Api
    ) -> None:
        for _ in range(8):
            run = sketch_run(digits, alice, params={"width": 64})
        found = self.repeats(api, run)
        assert found["total"] == 7
        assert [one["number"] for one in found["results"]] == [7, 6, 5, 4, 3]

    def test_nothing_is_known_before_the_parameters_came(self, run: Run, api: Api) -> None:
        assert self.repeats(api, run) == {"configuration": "", "total": 0, "results": []}
