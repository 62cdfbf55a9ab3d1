"""Finding a run by the beginning of its id."""

import pytest

from tests import cast

pytestmark = pytest.mark.django_db


def found(api: cast.Api, prefix: str) -> list[dict[str, object]]:
    answer = api.get(f"/api/v1/runs/?id={prefix}")
    assert answer.status_code == 200, answer.content
    results: list[dict[str, object]] = answer.json()["results"]
    return results


def test_the_beginning_of_an_id_finds_the_run(bob, dana, digits):
    run = cast.make_run(digits, bob)
    expected = [{"id": str(run.id), "number": run.number, "project": "vision/digits"}]
    for prefix in (str(run.id), str(run.id)[:30], run.id.hex[:30], str(run.id)[:30].upper()):
        assert found(cast.api_of(dana), prefix) == expected


def test_no_more_than_twenty_are_found(bob, digits):
    runs = [cast.make_run(digits, bob) for _ in range(21)]
    ids = sorted(str(run.id) for run in runs)
    assert [run["id"] for run in found(cast.api_of(bob), ids[0][:4])] == ids[:20]


def test_stranger_finds_nothing(bob, charlie, digits):
    run = cast.make_run(digits, bob)
    assert found(cast.api_of(charlie), str(run.id)) == []


def test_token_of_another_project_finds_nothing(alice, vision, digits):
    run = cast.make_run(digits, alice)
    other = cast.make_project(vision, "letters", alice)
    assert found(cast.api_of(alice, project=other), str(run.id)) == []
    assert len(found(cast.api_of(alice, project=digits), str(run.id))) == 1


@pytest.mark.parametrize("prefix", ["", "019", "xyzw", "0" * 33, "%", "٠٠٠٠"])
def test_a_prefix_that_is_none_is_refused(bob, digits, prefix):
    answer = cast.api_of(bob).get(f"/api/v1/runs/?id={prefix}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter")


def test_queries_do_not_grow_with_the_runs(bob, digits, django_assert_num_queries):
    for _ in range(3):
        run = cast.make_run(digits, bob)
    api = cast.api_of(bob)
    found(api, str(run.id))
    with django_assert_num_queries(2):
        found(api, str(run.id)[:4])
